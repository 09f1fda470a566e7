import { spawnSync } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { InitPodArgs } from "../../../../components/spec/args.ts";
import { problemsOf } from "../../../../components/spec/validation/problemsOf.ts";
import { sizeProblems } from "../../../../components/spec/validation/sizes.ts";
import { fields, fixes } from "../problems.ts";
import { places, variables } from "./argumentPlaces.ts";

const most = 131_071;
const container = { image: "app:1" };
const long = "a".repeat(most + 1);
const raw = { command: [long], env: [{ name: "A", value: long }], livenessProbe: { exec: { command: ["sh", long] } } };

describe("an argument", () => {
  test.each(Object.entries(places))("has as many bytes as Linux takes: %s", (field, args) => {
    expect(fields(args("a".repeat(most) as never))).toEqual([]);
    expect(fields(args(long as never))).toEqual([field]);
  });

  test.each(Object.entries(variables))("and so has a variable with its name: %s", (field, args) => {
    expect(fields(args("a".repeat(most - "NAME=".length) as never))).toEqual([]);
    expect(fields(args("a".repeat(most - "NAME=".length + 1) as never))).toEqual([field]);
  });

  test("is measured in bytes, not in characters", () => {
    expect(fields({ init: [{ run: { script: "ä".repeat(65_535) } }] })).toEqual([]);
    expect(fields({ init: [{ run: { script: "ä".repeat(65_536) } }] })).toEqual(["init[0].run.script"]);
  });

  test("is measured as it reaches the process: Kubernetes makes one $ of two, and expands what is not known here", () => {
    const own = (text: string): string[] => fields({ container: { ...container, container: { args: [text] } } });

    expect(own("$$".repeat(most))).toEqual([]);
    expect(own("$$".repeat(most + 1))).toEqual(["container.container.args[0]"]);
    expect(own(`$(NAME)${"a".repeat(most)}`)).toEqual([]);
    expect(own(`$$(NAME)${"a".repeat(most)}`)).toEqual(["container.container.args[0]"]);
    // In the typed arguments nothing is expanded, so that each $ counts.
    expect(fields({ container: { ...container, args: ["$".repeat(most + 1)] } })).toEqual(["container.args[0]"]);
  });

  test("is named with its size, the limit and the way out, and a value that may be secret is not shown", () => {
    const [problem] = problemsOf({ container: { ...container, env: { NAME: `hush${long}` } } });

    expect(problem?.value).toBe("[hidden]");
    expect(problem?.fix).toContain("131,071 bytes");
    expect(problem?.fix).toContain("131,081 bytes");
    expect(problem?.fix).toMatch(/ConfigMap.*download/);
  });

  test("of an address or a header is one too", () => {
    const step = { download: { url: `https://a/${long}`, to: "/data/x", headers: { A: long } } };

    expect(fields({ init: [step] })).toEqual(["init[0].download.url", "init[0].download.headers.A"]);

    const { url, headers } = step.download;
    expect(fields({ init: [{ waitFor: { http: { url, headers } } }] })).toEqual([
      "init[0].waitFor.http.url",
      "init[0].waitFor.http.headers.A",
    ]);
  });

  test("of a repository is one too", () => {
    const key = { secret: "git", key: "ssh" };
    const knownHosts = `x ssh-rsa ${"A".repeat(most)}`;
    const own = { repo: `git@x:${long}`, to: "/data/x", sshKey: key, ref: long, knownHosts };

    expect(fields({ init: [{ gitClone: own }] })).toEqual(
      ["repo", "ref", "knownHosts"].map((name) => `init[0].gitClone.${name}`),
    );
  });

  test("is found however deep in a container's own fields", () => {
    expect(fields({ container: { ...container, container: raw } })).toEqual([
      "container.container.command[0]",
      "container.container.env.A",
      "container.container.livenessProbe.exec.command[1]",
    ]);
  });

  test.runIf(process.platform === "linux")("of the longest kind is one that this machine takes", () => {
    expect(spawnSync("/bin/true", ["a".repeat(most)]).status).toBe(0);
    expect(spawnSync("/bin/true", [], { env: { NAME: "a".repeat(most - "NAME=".length) } }).status).toBe(0);
  });
});

describe("annotations", () => {
  test("may have as much as Kubernetes takes beside our own", () => {
    const room = 240 * 1024 - 2;

    expect(fixes({ annotations: { a: "x".repeat(room / 2), b: "ü".repeat(room / 4) } })).toEqual({});
    expect(fixes({ annotations: { a: "x".repeat(room / 2), b: "ü".repeat(room / 4 + 1) } })).toEqual({
      annotations: expect.stringContaining("262,144 bytes") as string,
    });
  });
});

describe("a Pod", () => {
  const texts = (count: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`A${at}`, "a".repeat(100_000)]));

  test("is no larger than a cluster stores, and the largest part is named", () => {
    const init = [{ run: { script: "true", env: texts(9) } }];

    expect(fields({ init, container: { ...container, env: texts(6) } })).toEqual([]);
    expect(fixes({ init, container: { ...container, env: texts(7) } })).toEqual({
      "init[0]": expect.stringMatching(/1,600,\d{3} bytes.*1,572,864 bytes/) as string,
    });
  });

  test("that is unknown in part is measured by what is known", () => {
    const unknown = pulumi.output(long);

    expect(fields({ container: { ...container, env: { ...texts(15), A: unknown } } })).toEqual([]);
  });
});

test("what has the wrong type is left to other checks", () => {
  for (const value of [null, 1, "text", [null], { a: null }, pulumi.output("x"), () => undefined]) {
    const args = { init: value, container: { image: "a", env: value, container: value }, podSpec: value };
    expect(() => sizeProblems(args as unknown as InitPodArgs)).not.toThrow();
  }
});
