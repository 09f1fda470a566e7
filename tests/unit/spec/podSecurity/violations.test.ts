import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { InitPodArgs } from "../../../../components/spec/args.ts";
import type { Security } from "../../../../components/spec/choices.ts";
import { manifest } from "../../../../components/spec/manifest/manifest.ts";
import { type Standard, standardOf, type Violation, violations } from "../../../../components/spec/podSecurity";
import { rules } from "../../../../components/spec/podSecurity/rules.ts";
import { goodArgs } from "../../../fixtures/arguments/arbitrary.ts";
import { type Breach, breaches, sound, soundInBaseline } from "../../../fixtures/podSecurity/breaches.ts";

const base: InitPodArgs = { init: [{ run: { script: "true" } }], container: { image: "app:1" } };

function found(args: Partial<InitPodArgs>, security: Security, standard: Standard = standardOf(security)): Violation[] {
  const all = { ...base, ...args, security };
  return violations({ spec: manifest(all).podSpec, annotations: all.annotations }, standard);
}

const line = ({ container = "Pod", field, value }: Violation): string =>
  `${container}: ${field} = ${value === undefined ? "undefined" : JSON.stringify(value)}`;
const of = ({ control, found: said }: Breach): object => expect.objectContaining({ control, line: said }) as object;
const lined = (all: readonly Violation[]): object[] => all.map((one) => ({ ...one, line: line(one) }));

describe("a field of the user's", () => {
  test.each(breaches)('breaks "$standard": $found', (breach) => {
    const security = breach.standard;
    const inIt = lined(found(breach.args, security));
    expect(inIt).toContainEqual(of(breach));
    for (const { allowedBy, standard } of found(breach.args, security)) {
      expect(allowedBy).toBe(standard === "baseline" ? "image" : "baseline");
    }
    expect(found(breach.args, "image")).toEqual([]);
    if (security === "restricted") expect(found(breach.args, "baseline")).toEqual([]);
    else expect(lined(found(breach.args, "restricted"))).toContainEqual(of(breach));
  });

  test.each(sound)("breaks nothing: %j", (args) => {
    for (const security of ["restricted", "baseline"] as const) expect(found(args, security)).toEqual([]);
  });

  test.each(soundInBaseline)('breaks nothing of "baseline": %j', (args) => {
    expect(found(args, "baseline")).toEqual([]);
    expect(found(args, "restricted")).not.toEqual([]);
  });

  test("that is an Output is not judged, nor what lies in one", () => {
    const output = pulumi.output(new Promise<never>(() => undefined));
    for (const podSpec of [
      { hostNetwork: output },
      { securityContext: output },
      { containers: output },
      { volumes: [{ name: "v", hostPath: output }] },
      { containers: [{ name: "app", securityContext: { runAsUser: output, capabilities: { drop: [output] } } }] },
    ]) {
      expect(found({ podSpec }, "restricted")).toEqual([]);
    }
  });

  test("is told once, by the lowest standard that forbids it", () => {
    const all = found({ podSpec: { volumes: [{ name: "own", hostPath: { path: "/" } }] } }, "restricted");
    expect(all.map(({ control, standard }) => [control, standard])).toEqual([["HostPath Volumes", "baseline"]]);
  });
});

test("each rule has a breach of each field that it looks at", () => {
  const shown = (field: string): string =>
    field.replace(/\[[^\]]*\]/g, "[]").replace(/^(volumes\[\])\.(?!hostPath).*/, "$1.*");
  const tried = new Set(
    breaches.map(({ standard, found: said }) => {
      const [, who = "", field = ""] = /^(\w+): (.*?) = /.exec(said) ?? [];
      return `${standard} ${who === "Pod" ? "Pod" : "container"} ${shown(field)}`;
    }),
  );
  const asked = rules.flatMap(({ standard, inPod = [], inContainer = [], inAnnotations }) => [
    ...inPod.map((field) => `${standard} Pod ${field}`),
    ...inContainer.map((field) => `${standard} container ${field}`),
    ...(inAnnotations === undefined ? [] : [`${standard} Pod metadata.annotations[]`]),
  ]);
  expect(asked.filter((one) => !tried.has(one))).toEqual([]);
});

describe("typed arguments", () => {
  test("never make a Pod that breaks the standard which their level of security keeps", () => {
    fc.assert(
      fc.property(goodArgs, (args) => {
        const { podSpec, warnings } = manifest(args);
        expect(
          violations({ spec: podSpec, annotations: args.annotations }, standardOf(args.security ?? "restricted")),
        ).toEqual([]);
        expect(warnings.filter((text) => text.includes("Pod Security Standard"))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("never make a Pod that breaks the baseline, whatever the level", () => {
    fc.assert(
      fc.property(goodArgs, (args) => {
        expect(violations({ spec: manifest(args).podSpec }, "baseline")).toEqual([]);
      }),
    );
  });
});

describe("the warning", () => {
  const warnings = (args: Partial<InitPodArgs>): string[] => manifest({ ...base, ...args }).warnings;

  test("names container, field, value, standard and the level that allows it", () => {
    const podSpec = { containers: [{ name: "app", securityContext: { privileged: true } }] };
    expect(warnings({ podSpec })).toContain(
      'Container "app" has securityContext.privileged = true, against the Pod Security Standard "baseline" (Privileged ' +
        'Containers), which security: "restricted" is to keep: a namespace that enforces it refuses the Pod. Take it ' +
        'out, or say security: "image", which allows that.',
    );
  });

  test("is one for several containers", () => {
    const [warning = "", ...more] = warnings({ podSpec: { securityContext: { runAsNonRoot: null } } });
    expect(more).toEqual([]);
    expect(warning).toMatch(
      /^Containers "run" and "app" have no securityContext\.runAsNonRoot, .*security: "baseline", which/,
    );
  });

  test("is one of the Pod and one of its containers where both have the same field", () => {
    const podSpec = {
      securityContext: { runAsUser: 0, runAsNonRoot: false },
      containers: [{ name: "app", securityContext: { runAsUser: 0 } }],
    };
    const users = warnings({ podSpec }).filter((text) => text.includes("runAsUser"));
    expect(users.map((text) => text.split(" has ")[0])).toEqual(["The Pod", 'Container "app"']);
  });

  test("is none under the level that allows it", () => {
    const podSpec = { containers: [{ name: "app", securityContext: { runAsUser: 0 } }] };
    expect(warnings({ podSpec, security: "baseline" })).toEqual([]);
    expect(warnings({ podSpec: { hostNetwork: true }, security: "image" })).toEqual([]);
    expect(warnings({ podSpec: { hostNetwork: true }, security: "baseline" })).toHaveLength(1);
  });
});
