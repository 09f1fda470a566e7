import { describe, expect, test } from "vitest";
import { expectationsOf, retriesText, toleratedRetries } from "../../../components/contract/expectations.ts";

describe("retries in an annotation", () => {
  test.each([
    [{ default: 1, byContainer: {} }, "1"],
    [{ default: 1, byContainer: { fetch: 1 } }, "1"],
    [{ default: 0, byContainer: { fetch: 3, "migrate-2": 12 } }, "0 fetch=3 migrate-2=12"],
  ])("are read as they were written: %#", (retries, text) => {
    expect(retriesText(retries)).toBe(text);
    const read = expectationsOf({ "init-pod.dev/retries": text }).retries;
    for (const container of ["fetch", "migrate-2", "app"]) {
      expect(toleratedRetries(read, container)).toBe(toleratedRetries(retries, container));
    }
  });

  test.each([undefined, "", "many", "-1", "fetch=3", "1  constructor=x"])(
    "are the default where they say nothing: %s",
    (text) => {
      const { retries } = expectationsOf(text === undefined ? {} : { "init-pod.dev/retries": text });
      expect(toleratedRetries(retries, "constructor")).toBe(1);
    },
  );
});

test("a Pod must serve where it declares a port", () => {
  expect(expectationsOf({ "init-pod.dev/port": "80" }).mustServe).toBe(true);
  expect(expectationsOf({}).mustServe).toBe(false);
});
