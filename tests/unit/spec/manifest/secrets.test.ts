import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { InitPodArgs } from "../../../../components/spec/args.ts";
import { manifest } from "../../../../components/spec/manifest/manifest.ts";
import { container, run } from "../podSpec.ts";

describe("secrets", () => {
  const texts = async (args: InitPodArgs): Promise<{ secret: boolean; values: string[] }> => {
    const all = pulumi.all(manifest(args).secrets);
    const values = await new Promise<string[]>((resolve) => all.apply(resolve));
    return { secret: await pulumi.isSecret(all), values: values.filter((value) => value !== "") };
  };

  test("of Pulumi are known, wherever they stand, and nothing else is", async () => {
    const init = [{ run: { ...run, env: { A: pulumi.secret("one"), B: pulumi.output("open") } } }];
    const podSpec = { containers: [{ name: "app", env: pulumi.secret([{ name: "X", value: "two" }]) }] };

    expect(await texts({ init, container, podSpec })).toEqual({ secret: true, values: ["one", "X\ntwo"] });
    expect(await texts({ init: [{ run: { ...run, env: { B: pulumi.output("open") } } }], container })).toEqual({
      secret: false,
      values: [],
    });
  });

  test("of Kubernetes make the logs a secret although nobody knows them", async () => {
    const init = [{ run, secretEnv: { P: { secret: "db", key: "password" } } }];

    expect(await texts({ init, container })).toEqual({ secret: true, values: [] });
  });

  const image = "busybox:1";
  const withKey = { name: "KEY", valueFrom: { secretKeyRef: { name: "db", key: "password" } } };
  test.each<[string, boolean, InitPodArgs]>([
    ["a step of plain Kubernetes reads one", true, { init: [{ container: { image, env: [withKey] } }], container }],
    [
      "one is imported as a whole",
      true,
      { init: [{ container: { image, envFrom: [{ secretRef: { name: "db" } }] } }], container },
    ],
    [
      "podSpec gives one to a step",
      true,
      {
        init: [{ name: "one", image, run: { script: "true" } }],
        container,
        podSpec: { initContainers: [{ name: "one", env: [withKey] }] },
      },
    ],
    [
      "a step mounts one",
      true,
      {
        init: [{ image, run: { script: "true" } }],
        container,
        volumes: { db: { secret: "db", mountPath: "/db", mountIn: "init" } },
      },
    ],
    [
      "an Output holds the reference",
      true,
      { init: [{ container: { image, env: pulumi.output([withKey]) } }], container },
    ],
    [
      "the app alone reads one",
      false,
      {
        init: [{ image, run: { script: "true" } }],
        container: { ...container, secretEnv: { KEY: { secret: "db", key: "password" } } },
      },
    ],
    [
      "the app alone mounts one",
      false,
      {
        init: [{ image, run: { script: "true" } }],
        container,
        volumes: { db: { secret: "db", mountPath: "/db", mountIn: "app" } },
      },
    ],
  ])("are marked where init containers may log them: %s", async (_what, isMarked, args) => {
    expect(await pulumi.isSecret(pulumi.all(manifest(args).secrets))).toBe(isMarked);
  });
});
