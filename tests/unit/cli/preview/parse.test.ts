import { describe, expect, test } from "vitest";
import { parsePreview, PreviewError } from "../../../../components/cli/preview";
import { fixture } from "./previews";

const events = `{"sequence":1,"timestamp":1,"preludeEvent":{"config":{}}}\n{"sequence":2,"timestamp":1,"cancelEvent":{}}\n`;

describe("what is no preview is refused, and it is said what it is", () => {
  test.each([
    ["nothing", "", "is empty: where Pulumi can't begin, it says why on standard error"],
    ["blanks", " \n", "is empty"],
    ["words", "error: no stack selected", "is no JSON"],
    ["half a preview", fixture("image").slice(0, 900), "ends in the middle of its JSON"],
    ["a word too much, in what looks like a bracket", `{"a":"[\\"{"} x`, "is no JSON"],
    ["events, one a line", events, "has one JSON value a line"],
    ["a list", "[]", "is JSON, but not that of a preview"],
    ["null", "null", "is JSON, but not that of a preview"],
    ["a number", "3", "is JSON, but not that of a preview"],
    ["steps of something else", `{"steps":[{"run":"npm ci"}]}`, "is JSON, but not that of a preview"],
    ["an exported stack", `{"version":3,"deployment":{"resources":[]}}`, "is JSON, but not that of a preview"],
  ])("%s", (_, text, words) => {
    const read = () => parsePreview(text, "preview.json");
    expect(read).toThrow(PreviewError);
    expect(read).toThrow(`preview.json ${words}`);
    expect(read).toThrow("pulumi preview --json --show-replacement-steps");
  });
});

// No row of the table, which would keep its text for as long as the tests run.
test("a half that ends in a long text is refused as such", () => {
  const read = () => parsePreview(`{"steps":["${"\\n".repeat(10_000_000)}`, "preview.json");
  expect(read).toThrow("preview.json ends in the middle of its JSON");
});

describe("a preview", () => {
  test("of an empty stack has neither steps nor a name", () => {
    expect(parsePreview(`{"changeSummary":{}}`, "It")).toEqual({ stack: undefined, steps: [], diagnostics: [] });
  });

  test("tells its stack by any URN, also of an error", () => {
    const diagnostics = [{ urn: "urn:pulumi:dev::shop::t::n", message: "error: no", severity: "error" }];
    const preview = parsePreview(JSON.stringify({ diagnostics }), "It");
    expect(preview).toMatchObject({ stack: "shop/dev", diagnostics: [{ message: "no" }] });
  });

  test("is read although a part of it is of another form", () => {
    const steps = [null, 3, { op: "create" }, { urn: "u", op: 3 }, { urn: "u", op: "create" }];
    const odd = { steps, diagnostics: "none", changeSummary: 0 };
    expect(parsePreview(JSON.stringify(odd), "It")).toMatchObject({ steps: [{ urn: "u" }], diagnostics: [] });
  });
});
