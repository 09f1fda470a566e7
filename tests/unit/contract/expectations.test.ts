import { describe, expect, test } from "vitest";
import {
  expectationsOf,
  retriesText,
  timeoutOf,
  timeoutsText,
  toleratedRetries,
} from "../../../components/contract/expectations.ts";

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

describe("the limits of steps in an annotation", () => {
  test("are read as they were written", () => {
    const timeouts = { fetch: 30, "migrate-2": 0.5, constructor: 1e-7 };
    const text = timeoutsText(timeouts);
    expect(text).toBe("fetch=30 migrate-2=0.5 constructor=1e-7");
    expect(expectationsOf({ "init-pod.dev/timeouts": text ?? "" }).timeouts).toEqual(timeouts);
  });

  test("are only there where a step has one", () => {
    expect(timeoutsText()).toBeUndefined();
    expect(timeoutsText({})).toBeUndefined();
    expect(expectationsOf({})).not.toHaveProperty("timeouts");
  });

  test.each(["", "30", "fetch", "fetch=", "fetch=soon", "fetch=0", "fetch=-1", "Fetch=3", "fetch=1e999x"])(
    "are none where they say nothing: %j",
    (text) => {
      const { timeouts } = expectationsOf({ "init-pod.dev/timeouts": text });
      for (const container of ["fetch", "constructor"]) expect(timeoutOf(timeouts, container)).toBeUndefined();
    },
  );
});

test("a Pod must serve where it declares a port", () => {
  expect(expectationsOf({ "init-pod.dev/port": "80" }).mustServe).toBe(true);
  expect(expectationsOf({}).mustServe).toBe(false);
});
