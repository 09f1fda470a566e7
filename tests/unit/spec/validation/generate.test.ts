import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { InitPodArgs } from "../../../../components/spec/args.ts";
import { manifest } from "../../../../components/spec/manifest/manifest.ts";
import { problemsOf } from "../../../../components/spec/validation/problemsOf.ts";
import { container, run, steps } from "../podSpec.ts";

const generate = { password: {}, token: { shared: true } };

function problems(args: Partial<InitPodArgs>): Record<string, string> {
  const all = problemsOf({ container, generate, ...args });
  return Object.fromEntries(all.map(({ field, value, fix }) => [field, `${value} ${fix}`]));
}

describe("what is generated", () => {
  test("is named by its key alone", () => {
    const args = { generate, init: [{ run, secretEnv: { PASSWORD: { key: "password" } } }] };
    expect(problems(args)).toEqual({});
    expect(steps(args)[0]?.env).toContainEqual({
      name: "PASSWORD",
      valueFrom: { secretKeyRef: { name: "generated", key: "password" } },
    });
  });

  test("and given to a step is refused to the app, unless it is for both", () => {
    const secretEnv = { A: { key: "password" }, B: { key: "token" } };
    const app = { ...container, secretEnv };
    expect(problems({ init: [{ run, secretEnv }], container: app })).toEqual({
      "init[0].secretEnv.A": expect.stringMatching(
        /^\{"key":"password"\} the app can read it as well, by container\.secretEnv\.A; .* `shared: true` where it is generated$/,
      ) as string,
    });
    expect(problems({ container: app })).toEqual({});
  });

  test.each<[string, unknown, string, string]>([
    ["a name that is no key", { "a b": {} }, "generate.a b", "key"],
    ["too few characters", { a: { length: 7 } }, "generate.a.length", "from 8 to 1024"],
    [
      "letters among the special characters",
      { a: { special: "-a" } },
      "generate.a.special",
      "special characters of ASCII",
    ],
    ["keepers that are no texts", { a: { keepers: { b: 1 } } }, "generate.a.keepers.b", "string"],
    ["what it does not know", { a: { lenght: 9 } }, "generate.a.lenght", "did you mean length?"],
  ])("is refused with %s", (_, made, field, fix) => {
    expect(problems({ generate: made as InitPodArgs["generate"] })[field]).toContain(fix);
  });

  test.each<[string, unknown, string]>([
    ["that is not generated", { key: "pasword" }, "did you mean password?"],
    [
      "where the Secret's name was forgotten",
      { key: "other" },
      "name the Secret it is in (secret), or add it to generate",
    ],
    ["that is known later", { key: pulumi.output("password") }, "must be plain"],
  ])("is refused by a key %s", (_, key, fix) => {
    const found = problems({ init: [{ run, secretEnv: { A: key as { key: string } } }] });
    expect(found["init[0].secretEnv.A.key"]).toContain(fix);
    expect(problems({ container: { ...container, secretEnv: { A: key as { key: string } } } })).toHaveProperty([
      "container.secretEnv.A.key",
    ]);
  });

  test("is not compared by a key that is not known, which is refused by itself", () => {
    const key = pulumi.output("password");
    const init = [{ run, secretEnv: { A: { key } } }];
    const found = problems({ init, container: { ...container, secretEnv: { A: { key } } } });
    expect(Object.keys(found)).toEqual(["init[0].secretEnv.A.key", "container.secretEnv.A.key"]);
  });

  test("is in no object of the manifest, which does not know the values", () => {
    expect(manifest({ container, generate }).objects).toEqual([]);
  });
});
