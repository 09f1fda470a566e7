import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { InitPodArgs } from "../../../../components/spec/args.ts";
import { fields, fixes } from "../problems.ts";

const container = { image: "app:1" };
const root = { runAsUser: 0 };

const app = (securityContext: object | null): Partial<InitPodArgs> => ({
  container: { ...container, container: { securityContext } },
});
const step = (securityContext: object | null): Partial<InitPodArgs> => ({
  init: [{ container: { image: "a", securityContext } }],
});
const typed = (securityContext: object): Partial<InitPodArgs> => ({
  init: [{ run: { script: "true" }, securityContext }],
});
const podSpec = (raw: object): Partial<InitPodArgs> => ({ podSpec: raw });

describe("a container that is to run as root where none may", () => {
  test.each<[string, Partial<InitPodArgs>]>([
    ["container.container.securityContext.runAsUser", app(root)],
    ["init[0].container.securityContext.runAsUser", step(root)],
    ["init[0].securityContext.runAsUser", typed(root)],
    [
      "podSpec.initContainers.run.securityContext.runAsUser",
      {
        ...typed({ runAsUser: 1000 }),
        ...podSpec({ initContainers: [{ name: "run", securityContext: root }] }),
      },
    ],
    ["podSpec.securityContext.runAsUser", podSpec({ securityContext: root })],
    [
      "podSpec.containers.app.securityContext.runAsUser",
      podSpec({ containers: [{ name: "app", securityContext: root }] }),
    ],
    [
      "podSpec.initContainers.download.securityContext.runAsUser",
      podSpec({ initContainers: [{ name: "download", securityContext: root }] }),
    ],
    [
      "podSpec.containers.second.securityContext.runAsUser",
      podSpec({ containers: [{ name: "second", image: "b", securityContext: root }] }),
    ],
    ["container.container.securityContext.runAsUser", { ...app(root), security: "restricted-no-ids" }],
    [
      "container.container.securityContext.runAsUser",
      { ...app(root), security: "image", ...podSpec({ securityContext: { runAsNonRoot: true } }) },
    ],
    ["container.container.securityContext.runAsUser", app({ ...root, runAsNonRoot: true })],
    // Null takes a field away, and what the Pod says counts again.
    ["container.container.securityContext.runAsUser", app({ ...root, runAsNonRoot: null })],
    [
      "podSpec.securityContext.runAsUser",
      {
        ...app({ runAsUser: 1000 }),
        ...podSpec({ securityContext: root, containers: [{ name: "app", securityContext: null }] }),
      },
    ],
  ])("is refused, by the field that says so: %s", (field, args) => {
    expect(fields(args)).toEqual([field]);
  });

  test.each<[string, Partial<InitPodArgs>]>([
    ["a step may by a field of its own", typed({ ...root, runAsNonRoot: false })],
    ["it may by a field of its own", app({ ...root, runAsNonRoot: false })],
    ["the Pod may", { ...app(root), ...podSpec({ securityContext: { runAsNonRoot: false } }) }],
    ["nothing of the default is left", { ...app(root), ...podSpec({ securityContext: { runAsNonRoot: null } }) }],
    ["the image decides", { ...app(root), security: "image" }],
    [
      "each container has another user",
      {
        ...podSpec({
          securityContext: root,
          containers: [{ name: "app", securityContext: { runAsUser: 1 } }],
          initContainers: [{ name: "download", securityContext: { runAsUser: 1 } }],
        }),
      },
    ],
    [
      "podSpec has the last word",
      { ...app(root), ...podSpec({ containers: [{ name: "app", securityContext: { runAsUser: 1 } }] }) },
    ],
    ["it is not known yet", app({ runAsUser: pulumi.output(0) })],
    ["all of it is not known yet", app(pulumi.output(root))],
  ])("is let through where %s", (_why, args) => {
    expect(fields(args)).toEqual([]);
  });

  test("is told both ways out, and of a user's own rule only the one that helps", () => {
    expect(Object.values(fixes(app(root)))[0]).toMatch(
      /set container\.container\.securityContext\.runAsNonRoot to false, or security to "baseline"/,
    );
    const [fix] = Object.values(fixes({ ...app(root), ...podSpec({ securityContext: { runAsNonRoot: true } }) }));
    expect(fix).toMatch(/which podSpec\.securityContext\.runAsNonRoot forbids/);
    expect(fix).not.toContain('"baseline"');
  });

  test("is one problem where the Pod's user is that of many", () => {
    const init = [{ container: { image: "a" } }, { container: { image: "b" } }];

    expect(fields({ init, ...podSpec({ securityContext: root }) })).toEqual(["podSpec.securityContext.runAsUser"]);
  });
});
