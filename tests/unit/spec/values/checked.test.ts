import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { InitPodArgs } from "../../../../components/spec/args.ts";
import { manifest } from "../../../../components/spec/manifest/manifest.ts";
import { checked } from "../../../../components/spec/values/checked.ts";
import { image } from "../../../../components/spec/values/image.ts";
import { letOutputsFail } from "../failingOutputs.ts";
import { places, variables } from "../validation/argumentPlaces.ts";

const fail = (text: string): Error => new Error(text);

letOutputsFail();

/** The Output's value; its promise is the only way to see it fail without an engine. */
async function valueOf<T>(input: pulumi.Input<T>): Promise<unknown> {
  const output = pulumi.output(input) as unknown as { promise(): Promise<unknown> };
  return await output.promise();
}

describe("a value that was not known at first", () => {
  test("is let through when it is good", async () => {
    expect(await valueOf(checked(pulumi.output("nginx:1"), "container.image", image, fail))).toBe("nginx:1");
  });

  test("is refused when it resolves to a bad one: field, value, fix", async () => {
    const result = valueOf(checked(pulumi.output("A B"), "container.image", image, fail));

    await expect(result).rejects.toThrow('container.image = "A B": is no image reference');
  });

  test("is not shown when it is a secret", async () => {
    const result = valueOf(checked(pulumi.secret("S3cr3t!"), "container.image", image, fail));

    await expect(result).rejects.toThrow("container.image = [hidden]: is no image reference");
  });

  test("is refused as the registry of default images, by its own field", async () => {
    const { podSpec } = manifest({
      init: [{ run: { script: "true" } }],
      container: { image: "app:1" },
      imageRegistry: pulumi.output("https://mirror.example"),
    });
    const [step] = podSpec.initContainers as { image: pulumi.Input<string> }[];

    await expect(valueOf(step?.image ?? "")).rejects.toThrow(
      'imageRegistry = "https://mirror.example": is no registry',
    );
  });

  test("may be a promise", async () => {
    await expect(valueOf(checked(Promise.resolve(""), "image", image, fail))).rejects.toThrow("image");
  });

  test.each([
    ["by a promise", (value: unknown) => Promise.resolve(value)],
    ["by an Output of a promise", (value: unknown) => pulumi.output(Promise.resolve(value))],
    ["by an apply", (value: unknown) => pulumi.output("x").apply(() => value)],
    ["by a promise inside of it", (value: unknown) => pulumi.output({ inner: Promise.resolve(value) })],
    ["as a secret", (value: unknown) => pulumi.secret(Promise.resolve(value))],
  ])("is refused by field and fix where it contains itself, %s", async (_, given) => {
    const round: unknown[] = [];
    round.push({ round });
    const input = given(round) as pulumi.Input<string>;

    await expect(valueOf(checked(input, "container.image", image, fail))).rejects.toThrow(
      "container.image = an object: contains itself; write it out as plain data",
    );
  });

  test("keeps being a secret, and an error of the program's own", async () => {
    const secret = checked(pulumi.secret("nginx"), "container.image", image, fail);
    expect(await pulumi.isSecret(pulumi.output(secret))).toBe(true);
    const failed = Promise.reject(new Error("The program's own."));
    await expect(valueOf(checked(failed, "container.image", image, fail))).rejects.toThrow("The program's own.");
  });

  test("that is plain comes back as it is", () => {
    expect(checked("A B", "container.image", image, fail)).toBe("A B");
  });
});

describe("a Secret whose name was not known at first", () => {
  const run = { script: "true" };
  const secretName = async (app: pulumi.Input<string>, step: pulumi.Input<string>, key = "k"): Promise<unknown> => {
    const args: InitPodArgs = {
      init: [{ run, secretEnv: { P: { secret: step, key: "k" } } }],
      container: { image: "a", secretEnv: { P: { secret: app, key } } },
    };
    const { podSpec } = manifest(args, fail);
    const { initContainers } = podSpec as {
      initContainers: { env: { name: string; valueFrom?: { secretKeyRef: { name: pulumi.Input<string> } } }[] }[];
    };
    const from = initContainers[0]?.env.find(({ name }) => name === "P")?.valueFrom;
    return await valueOf(from?.secretKeyRef.name ?? "");
  };

  test.each([
    ["the step's", "db", pulumi.output("db")],
    ["the app's", pulumi.output("db"), "db"],
    ["both", pulumi.output("db"), pulumi.output("db")],
  ])("is refused when it resolves to one that the app can see: %s", async (_, app, step) => {
    await expect(secretName(app, step)).rejects.toThrow(
      'init[0].secretEnv.P = {"secret":"db","key":"k"}: the app can read it as well, by container.secretEnv.P',
    );
  });

  test("is refused as that of a volume of which the steps get a key that the app can see, and of no other", async () => {
    const ofVolume = async (key: string): Promise<unknown> => {
      const { podSpec } = manifest(
        {
          volumes: {
            v: { secret: pulumi.output("db"), items: { other: "a", [key]: "b" }, mountPath: "/v", mountIn: "init" },
          },
          container: { image: "a", secretEnv: { P: { secret: "db", key: "k" } } },
        },
        fail,
      );
      const [volume] = podSpec.volumes as { secret: { secretName: pulumi.Input<string> } }[];
      return await valueOf(volume?.secret.secretName ?? "");
    };

    expect(await ofVolume("another")).toBe("db");
    await expect(ofVolume("k")).rejects.toThrow(
      'volumes.v = {"secret":"db","key":"k"}: the app can read it as well, by container.secretEnv.P',
    );
  });

  test("is let through when it resolves to another, or to another key", async () => {
    expect(await secretName(pulumi.output("other"), pulumi.output("db"))).toBe("db");
    expect(await secretName(pulumi.output("db"), pulumi.output("db"), "other")).toBe("db");
  });
});

describe("a text that is too long for a process", () => {
  const long = "a".repeat(131_072);

  test.each(Object.entries({ ...places, ...variables }))("is refused when it resolves: %s", async (field, args) => {
    const { podSpec } = manifest({ container: { image: "app:1" }, ...args(pulumi.output(long) as never) });

    await expect(valueOf(podSpec)).rejects.toThrow(`${field} = `);
  });
});
