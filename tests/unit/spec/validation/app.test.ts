import { describe, expect, test } from "vitest";
import { problemsOf } from "../../../../components/spec/validation/problemsOf.ts";
import { fields } from "../problems.ts";

describe("the app", () => {
  test("is needed", () => {
    expect(problemsOf({}).map(({ field }) => field)).toEqual(["container"]);
  });

  test("has a port where something needs it", () => {
    const container = { image: "a", readyPath: "/" };
    expect(fields({ container, service: {}, forward: { mode: "always", localPort: 1 } })).toEqual([
      "container.readyPath",
      "service",
      "forward.mode",
      "forward.localPort",
    ]);
    expect(fields({ container: { image: "a" }, forward: { mode: "never" } })).toEqual([]);
  });

  test("is named once", () => {
    expect(fields({ container: { image: "a", name: "x", container: { name: "y" } } })).toEqual([
      "container.container.name",
    ]);
    expect(fields({ container: { image: "a", container: { name: "y" } } })).toEqual([]);
  });

  test("can't have the Service of its Pod lead elsewhere", () => {
    for (const selector of [{ app: "other" }, null]) {
      expect(fields({ container: { image: "a", port: 80 }, service: { spec: { selector } } })).toEqual([
        "service.spec.selector",
      ]);
    }
  });
});
