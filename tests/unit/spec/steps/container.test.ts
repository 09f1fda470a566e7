import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { steps } from "../podSpec.ts";
import { inStep } from "../problems.ts";

describe("a step of plain Kubernetes", () => {
  test("needs an image, and a name, an image and a security context given once", () => {
    expect(inStep({ container: {} })).toEqual(["init[0].container.image"]);
    expect(inStep({ image: "a", container: {} })).toEqual([]);
    expect(inStep({ image: "a", name: "x", container: { image: "b", name: "y" } })).toEqual([
      "init[0].name",
      "init[0].image",
    ]);
    const securityContext = { runAsUser: 1000 };
    expect(inStep({ securityContext, container: { image: "a", securityContext: {} } })).toEqual([
      "init[0].securityContext",
    ]);
    expect(inStep({ securityContext, container: { image: "a" } })).toEqual([]);
    expect(inStep({ container: { image: "a", name: pulumi.output("x") } })).toEqual(["init[0].container.name"]);
  });

  test("is laid over the defaults", () => {
    const raw = {
      image: "a",
      securityContext: { readOnlyRootFilesystem: false },
      resources: null,
      env: [{ name: "A", value: "$(B)" }],
    };
    const [one] = steps({ init: [{ container: raw }] });

    expect(one).toMatchObject({ securityContext: { readOnlyRootFilesystem: false, allowPrivilegeEscalation: false } });
    expect(one?.env).toEqual([
      { name: "HOME", value: "/tmp" },
      { name: "A", value: "$(B)" },
    ]);
    expect(one).not.toHaveProperty("resources");
  });
});
