import { spawnSync } from "node:child_process";
import { globSync, realpathSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonPaths } from "../../../../components/spec/steps/scripts/jsonPaths.ts";
import { paths } from "../../../../sandbox/paths.ts";

/** Each awk of this machine, and that of the sandbox's images. */
const awks = Object.values(
  Object.fromEntries(
    [
      ["awk"],
      ["mawk"],
      ["gawk", "--posix"],
      ["original-awk"],
      ["busybox", "awk"],
      ...globSync(join(paths().state, "containerd/*overlayfs/snapshots/*/fs/usr/bin/busybox"))
        .slice(0, 1)
        .map((file) => [file, "awk"]),
    ]
      .filter(([program = "", ...words]) => spawnSync(program, [...words, "BEGIN { exit 7 }"]).status === 7)
      .map((awk) => [
        realpathSync(
          spawnSync("which", [awk[0] ?? ""])
            .stdout.toString()
            .trim(),
        ),
        awk,
      ]),
  ),
);

function read([program = "", ...words]: string[], text: string): { status: number | null; lines: string[] } {
  const { status, stdout } = spawnSync(program, [...words, jsonPaths], {
    input: `${text}\n`,
    env: { PATH: process.env.PATH, LC_ALL: "C" },
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status, lines: stdout.toString().split("\n").slice(0, -1) };
}

/** What the program is to print, by what JavaScript makes of the same text. */
function expected(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((item, at) => expected(item, `${path}/${at}`));
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) =>
      expected(inner, `${path}/${harmless(key).replaceAll("~", "~0").replaceAll("/", "~1")}`),
    );
  }
  return [`${path}\t${typeof value === "string" ? harmless(value) : JSON.stringify(value)}`];
}

function harmless(text: string): string {
  // eslint-disable-next-line no-control-regex -- it is about them
  return text.replace(/[\0-\x1f\x7f]/g, " ").replace(/[\ud800-\udfff]/gu, "\ufffd");
}

/** The same text with other escapes and other blanks, as a server may write it. */
function written(value: unknown, escapes: boolean, pretty: boolean): string {
  const text = JSON.stringify(value, null, pretty ? "\t" : undefined);
  if (!escapes) return text;
  return text.replace(/[\u007f-\uffff/]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Numbers as JSON.stringify writes them; a key that is a number would come first in JavaScript alone. */
const values = fc
  .jsonValue({ maxDepth: 5, stringUnit: "binary" })
  .filter((value) => !/"(0|[1-9]\d*|__proto__)":/.test(JSON.stringify(value)));
const strings = fc.string({
  unit: fc.constantFrom('"', "\\", "\n", "\t", "\0", "\u007f", "/", "~", "é", "😀", "\ud83d", "\ude00", "a", "u"),
});

test("there is an awk to try it with", () => {
  expect(awks.length).toBeGreaterThan(0);
});

describe.each(awks.map((awk) => ({ name: awk.join(" ").replace(/^.*fs\//, ""), awk })))("JSON, by $name", ({ awk }) => {
  // One process for many values, as each takes some milliseconds.
  const many = (one: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => fc.array(one, { maxLength: 60 });

  test("comes to the paths and values that JavaScript reads, however it is written", () => {
    fc.assert(
      fc.property(many(values), fc.boolean(), fc.boolean(), (value, escapes, pretty) => {
        const text = written(value, escapes, pretty);
        expect(read(awk, text)).toEqual({ status: 0, lines: expected(JSON.parse(text)) });
      }),
      { numRuns: 25 },
    );
  });

  test("has strings of any characters, as keys too, which stay on their line", () => {
    const one = fc.oneof(
      strings,
      fc.tuple(strings, strings).map(([key, value]) => ({ [`k${key}`]: value })),
    );
    fc.assert(
      fc.property(many(one), fc.boolean(), (value, escapes) => {
        const text = written(value, escapes, false);
        expect(read(awk, text)).toEqual({ status: 0, lines: expected(JSON.parse(text)) });
      }),
      { numRuns: 25 },
    );
  });

  test("is refused where JavaScript refuses it", () => {
    const cut = fc
      .tuple(values, fc.nat(), fc.constantFrom("", "x", ",", "]", "}", '"', "\\", ":", "0", "\n"))
      .map(([value, at, put]) => {
        const text = JSON.stringify(value);
        const place = at % (text.length + 1);
        return text.slice(0, place) + put + text.slice(place + 1);
      });
    fc.assert(
      fc.property(cut, (text) => {
        expect(read(awk, text).status === 0, text).toBe(isJson(text));
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    "",
    "{",
    '"a',
    '"a\\',
    '"\\',
    "[1,]",
    '{"a"}',
    "01",
    "1.",
    ".5",
    "+1",
    "[1 2]",
    '{"a":1,}',
    '"\\x"',
    '"\\u12"',
    "tru",
    "1 2",
    "]",
    "{1:2}",
    '"a"b',
    '"\t"',
    "NaN",
    "[}",
    "[1}",
  ])("%j is none", (text) => {
    expect(isJson(text)).toBe(false);
    expect(read(awk, text).status).not.toBe(0);
  });

  test("of half a megabyte takes no more than seconds, on one line or on many", () => {
    const item = { name: "a\\b".repeat(20), quoted: '{"k":"v"}'.repeat(20), conditions: [{ ready: true }, 1, 2, 3] };
    const value = { items: Array.from({ length: 1_000 }, () => item), long: '\\"'.repeat(50_000) };
    for (const space of [undefined, "  "]) {
      const start = performance.now();
      expect(read(awk, JSON.stringify(value, null, space))).toEqual({ status: 0, lines: expected(value) });
      expect(performance.now() - start).toBeLessThan(20_000);
    }
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test("the program has no quote that would end it in a script", () => {
  expect(jsonPaths).not.toContain("'");
});
