import { describe, expect, test } from "vitest";
import { limitWarning } from "../../../../components/spec/validation/limits.ts";
import { download, fields, fixes, good } from "../problems.ts";

describe("the time of a step", () => {
  const init = [{ ...download, timeoutSeconds: 90 }, { waitFor: { tcp: "db:1", timeoutSeconds: 61 } }];

  test("is more than 0 seconds", () => {
    expect(fields({ init: [{ ...download, timeoutSeconds: 0 }] })).toEqual(["init[0].timeoutSeconds"]);
    expect(fields({ init: [{ ...download, timeoutSeconds: 0.5 }] })).toEqual([]);
  });

  test("is refused where the InitPod's own time is over before, with both numbers and the fix", () => {
    const fix =
      "is never reached, as the InitPod's own timeoutSeconds are 60; lower it, or raise those above the time that all " +
      "steps and the app take together";
    expect(fixes({ init, timeoutSeconds: 60 })).toEqual({
      "init[0].timeoutSeconds": fix,
      "init[1].waitFor.timeoutSeconds": fix,
    });
    expect(fields({ init, timeoutSeconds: 90 })).toEqual([]);
  });

  test("may come to more than the InitPod's own in sum, as it is a bound and no estimate", () => {
    const all = Array.from({ length: 5 }, (_, at) => ({
      run: { script: "true" },
      name: `s-${at}`,
      timeoutSeconds: 50,
    }));
    expect(fields({ init: all, timeoutSeconds: 60 })).toEqual([]);
    expect(limitWarning({ ...good, init: all }, 60)).toBeUndefined();
  });

  test("is not compared where it is a default of ours: a wait's 300 seconds", () => {
    expect(fields({ init: [{ waitFor: { tcp: "db:1" } }], timeoutSeconds: 60 })).toEqual([]);
  });

  test("is warned of where it is longer than an InitPod waits that says nothing of it", () => {
    expect(limitWarning({ ...good, init }, 60)).toBe(
      "init[0].timeoutSeconds = 90 and init[1].waitFor.timeoutSeconds = 61: never reached, as `up` waits 60 s for the whole " +
        "Pod. Set timeoutSeconds of the InitPod to more than all steps and the app take together.",
    );
    expect(limitWarning({ ...good, init }, 600)).toBeUndefined();
    // It is refused by its own problem.
    expect(limitWarning({ ...good, init, timeoutSeconds: 60 }, 60)).toBeUndefined();
  });
});
