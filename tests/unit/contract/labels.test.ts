import { expect, test } from "vitest";
import { commonLabels } from "../../../components/contract/labels.ts";

test("one watch covers several forwards by the labels that they share", () => {
  expect(
    commonLabels([
      { a: "1", b: "2" },
      { a: "1", b: "3" },
    ]),
  ).toEqual({ a: "1" });
  expect(commonLabels([{ a: "1" }])).toEqual({ a: "1" });
});
