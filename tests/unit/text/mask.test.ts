import { describe, expect, test } from "vitest";
import { masker } from "../../../components/text/mask.ts";

describe("known secrets in a text", () => {
  test.each([
    ["as they are", "the token is s3cr3t-value!", "the token is [secret]"],
    ["more than once", "s3cr3t-value and s3cr3t-value", "[secret] and [secret]"],
    ["in base64", Buffer.from("s3cr3t-value").toString("base64"), "[secret]"],
  ])("are masked %s", (_, text, masked) => {
    expect(masker(["s3cr3t-value", "s3cr3t-value!"])(text)).toBe(masked);
  });

  test("are masked as URL-encoded, in a path, JSON-escaped and with lower-case codes", () => {
    const mask = masker(['p@ss/w"ord +1']);
    expect(mask("https://me:p%40ss%2Fw%22ord%20%2B1@host/")).toBe("https://me:[secret]@host/");
    expect(mask("https://me:p%40ss%2fw%22ord%20%2b1@host/")).toBe("https://me:[secret]@host/");
    expect(mask("https://host/p%40ss/w%22ord%20%2B1")).toBe("https://host/[secret]");
    expect(mask("q=p%40ss%2Fw%22ord+%2B1&a=b")).toBe("q=[secret]&a=b");
    expect(mask('{"password": "p@ss/w\\"ord +1"}')).toBe('{"password": "[secret]"}');
  });

  test("are masked in base64 wherever they start: in the header of Basic authentication too", () => {
    const mask = masker(["correct-horse-battery"]);
    for (const user of ["a", "ab", "abc"]) {
      const header = `Authorization: Basic ${Buffer.from(`${user}:correct-horse-battery`).toString("base64")}`;
      const masked = mask(header);
      expect(masked).toContain("[secret]");
      const rest = masked.replace("Authorization: Basic ", "").split("[secret]").join("");
      expect(rest.length).toBeLessThanOrEqual(10);
    }
    const echoed = Buffer.from("correct-horse-battery\n").toString("base64");
    expect(mask(echoed).replace("[secret]", "").length).toBeLessThanOrEqual(4);
  });

  test("leave nothing of the longer one where one is part of another", () => {
    expect(masker(["pass", "password-long"])("password-long, pass")).toBe("[secret], [secret]");
    expect(masker(["password-long", "pass"])("password-long, pass")).toBe("[secret], [secret]");
  });

  test("leave nothing of either where they overlap", () => {
    expect(masker(["abcdef", "defghi"])("<abcdefghi>")).toBe("<[secret]>");
  });

  test("are not looked for in the mark itself", () => {
    expect(masker(["secret", "hunter2!"])("hunter2! secret")).toBe("[secret] [secret]");
  });

  test("of several lines are masked line by line, but for short lines and PEM's own", () => {
    const key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\n9w0BAQEFAASC\nabc\n-----END PRIVATE KEY-----\n";
    const mask = masker([key]);
    expect(key.split("\n").map(mask)).toEqual([
      "-----BEGIN PRIVATE KEY-----",
      "[secret]",
      "[secret]",
      "abc",
      "-----END PRIVATE KEY-----",
      "",
    ]);
    expect(mask(key.trim())).toBe("[secret]");
    expect(mask(JSON.stringify({ key }))).not.toContain("MIIE");
  });

  test("shorter than four characters are left, as ordinary words would be blanked", () => {
    expect(masker(["yes", "", " on "])("yes, it is on")).toBe("yes, it is on");
  });

  test("need not be well-formed text", () => {
    expect(masker(["\ud800-lonely"])("a \ud800-lonely b")).toBe("a [secret] b");
  });
});
