import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { InitPodArgs } from "../../../../components/spec/args.ts";
import { manifest } from "../../../../components/spec/manifest/manifest.ts";
import { guarded } from "../../../../components/spec/shape/shape.ts";
import { problemsOf } from "../../../../components/spec/validation/problemsOf.ts";
import { formatProblems } from "../../../../components/spec/values/problem.ts";
import { anyArgs, anyValue, goodArgs, places, put } from "../../../fixtures/arguments/arbitrary.ts";
import { letOutputsFail } from "../failingOutputs.ts";

class Refused extends Error {}
const refuse = (text: string): Error => new Refused(text);

letOutputsFail();

describe("arguments of any JavaScript value", () => {
  test("end in problems with field and fix, or in a manifest", () => {
    const runs = 20_000;
    const spoilt = new Set<string>();
    let valid = 0;
    fc.assert(
      fc.property(anyArgs, ({ args, spoilt: place }) => {
        if (place !== undefined) spoilt.add(place);
        const problems = problemsOf(args);
        for (const { field, fix, value } of problems) {
          if (field === "" || fix === "" || value.length > 100)
            throw new Error(`incomplete: ${field} = ${value}: ${fix}`);
        }
        if (problems.length > 0) formatProblems("web", problems);
        else {
          valid++;
          manifest(guarded(args as InitPodArgs, refuse), refuse);
        }
      }),
      { numRuns: runs, endOnFailure: true },
    );

    expect(valid).toBeGreaterThan(0.3 * runs);
    expect(places.map((place) => place.join(".")).filter((place) => !spoilt.has(place))).toEqual([]);
  }, 120_000);

  test("have no problem where they are right", () => {
    fc.assert(
      fc.property(goodArgs, (args) => {
        expect(problemsOf(args)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test("are refused by field, value and fix where an Output resolves to anything", async () => {
    await fc.assert(
      fc.asyncProperty(goodArgs, fc.constantFrom(...places), anyValue, async (args, place, value) => {
        const late = put(args, place, pulumi.output(Promise.resolve(value))) as InitPodArgs;
        if (problemsOf(late).length > 0) return;
        const output = pulumi.output(manifest(guarded(late, refuse), refuse) as unknown) as unknown as {
          promise(): Promise<unknown>;
        };
        await output.promise().catch((error: unknown) => {
          if (!(error instanceof Refused) || !/^\S+.*: ./s.test(error.message)) throw error;
        });
      }),
      { numRuns: 150, endOnFailure: true },
    );
  });
});
