import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LineSplitter, LogTail, type RawLine, showableLine } from "../../../../components/cluster/logs/lines.ts";
import { cleanLine } from "../../../../components/text/cleanLine.ts";
import { masker } from "../../../../components/text/mask.ts";

function split(chunks: readonly (string | Buffer)[], stamped = false): RawLine[] {
  const lines: RawLine[] = [];
  const splitter = new LineSplitter((line) => lines.push(line), { stamped });
  for (const chunk of chunks) splitter.write(Buffer.from(chunk));
  splitter.end();
  return lines;
}

const texts = (lines: RawLine[]): string[] => lines.map(({ text }) => text);
const unmasked = (text: string): string => text;

describe("a stream of lines", () => {
  test("is split the same wherever its chunks end, even within a character", () => {
    const whole = Buffer.from(
      "2026-01-01T00:00:00.000000001Z grüße 🎉\n2026-01-01T00:00:01.000000001Z \r\nno stamp\r\nend",
    );
    const expected = split([whole], true);
    expect(expected).toEqual([
      { stamp: "2026-01-01T00:00:00.000000001Z", text: "grüße 🎉", dropped: 0 },
      { stamp: "2026-01-01T00:00:01.000000001Z", text: "", dropped: 0 },
      { stamp: undefined, text: "no stamp", dropped: 0 },
      { stamp: undefined, text: "end", dropped: 0, isUnfinished: true },
    ]);
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length)), (cuts) => {
        const points = [0, ...cuts.sort((a, b) => a - b), whole.length];
        const chunks = points.slice(1).map((to, at) => whole.subarray(points[at], to));
        expect(split(chunks, true)).toEqual(expected);
      }),
    );
  });

  test("keeps empty lines, and makes none of a line end at the end", () => {
    expect(texts(split(["a\n\nb\n"]))).toEqual(["a", "", "b"]);
  });

  test("keeps the last state of a line that a progress meter rewrites, however long it took", () => {
    const meter = Array.from({ length: 50_000 }, (_, at) => `\r${at} of 50000`);
    expect(split([...meter, "\r", "\n", "done\n"])).toEqual([
      { text: "49999 of 50000", dropped: 0 },
      { text: "done", dropped: 0 },
    ]);
  });

  test("keeps a bounded part of a line of 10 MiB and counts the rest", () => {
    const megabyte = "x".repeat(1024 * 1024);
    const [line] = split([...Array.from({ length: 10 }, () => megabyte), "\n"]);
    expect(line?.text.length).toBeLessThanOrEqual(65_536);
    expect((line?.text.length ?? 0) + (line?.dropped ?? 0)).toBe(10 * 1024 * 1024);
  });
});

describe("a line that is shown", () => {
  test("is cut with a word where it is very long", () => {
    const [raw] = split([`${"x".repeat(100_000)}\n`]);
    expect(raw && showableLine(raw, unmasked)).toBe(`${"x".repeat(4096)} … (95904 more characters)`);
  });

  test("never shows the first part of a secret that the cut goes through", () => {
    const secret = "s3cr3t".repeat(20);
    const mask = masker([secret]);
    for (const before of [4000, 4090, 65_500]) {
      const [raw] = split([`${"x".repeat(before)}${secret}${"y".repeat(100_000)}\n`]);
      expect(showableLine(raw ?? { text: "", dropped: 0 }, mask)).not.toContain("s3cr3t");
    }
    const escapes = "\u001b[31m".repeat(13_000);
    const [raw] = split([`${escapes}${secret}${"y".repeat(100_000)}\n`]);
    expect(showableLine(raw ?? { text: "", dropped: 0 }, mask)).not.toContain("s3cr3t");
  });

  test("masks a secret that colours or invisible characters are strewn into", () => {
    const raw = { text: "s3c\u001b[31mr3t\u200b-value", dropped: 0 };
    expect(showableLine(raw, masker(["s3cr3t-value"]))).toBe("[secret]");
  });
});

describe("a clean line", () => {
  test.each([
    ["colours", "\u001b[1;31mred\u001b[0m", "red"],
    ["a colour as C1", "\u009b31mred\u009b0m", "red"],
    ["a window title", "\u001b]0;owned\u0007text", "text"],
    ["a link", "\u001b]8;;https://evil.example/\u001b\\text\u001b]8;;\u001b\\", "text"],
    ["a write to the clipboard", "\u001b]52;c;ZXZpbA==\u0007text", "text"],
    ["a cleared screen", "\u001b[2J\u001b[Htext", "text"],
    ["a bell and a backspace", "te\u0007xt\u0008", "text"],
    ["reversed text", "user\u202egnp.exe\u202c \u2066x\u2069", "usergnp.exe x"],
    ["zero-width characters", "pass\u200bword\ufeff\u2060", "password"],
    ["other line ends", "a\u2028b\u0085c", "a bc"],
    ["a tab", "a\tb", "a    b"],
    ["an overwritten line", "10 %\r100 %\r", "100 %"],
    ["Pulumi's colour directives", "<{%fg 1%}>red<{%nonsense%}>", "<{ %fg 1%}>red<{ %nonsense%}>"],
    ["one hidden behind an invisible character", "<\u200b{%nonsense%}>", "<{ %nonsense%}>"],
  ])("is free of %s", (_, line, clean) => {
    expect(cleanLine(line)).toBe(clean);
  });

  test("holds no control character, whatever it was made of", () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom("\u001b", "[", "]", "\u009b", "\u0007", ";", "3", "m", "\u202e", "<", "{", "%"),
        }),
        (line) => {
          expect(cleanLine(line)).not.toMatch(/[\p{Cc}\p{Cf}]|<\{%/u);
        },
      ),
    );
  });

  test("shows invalid UTF-8 as replacement characters", () => {
    expect(texts(split([Buffer.from([0x61, 0xff, 0xfe, 0x62, 0x0a])]))).toEqual(["a��b"]);
  });
});

describe("the tail of a log", () => {
  test("is its last 20 lines", () => {
    const tail = new LogTail();
    for (let line = 1; line <= 20; line++) tail.push(`line ${line}`);
    expect(tail.truncated).toBe(false);
    tail.push("line 21");
    expect(tail.lines).toHaveLength(20);
    expect(tail.lines[0]).toBe("line 2");
    expect(tail.truncated).toBe(true);
  });

  test("is at most 4 KiB of UTF-8", () => {
    const tail = new LogTail();
    for (let line = 0; line < 10; line++) tail.push("ü".repeat(500));
    expect(tail.lines).toHaveLength(4);
    expect(tail.truncated).toBe(true);
  });

  test("cuts one line that alone is longer, with a word and between characters", () => {
    const tail = new LogTail();
    tail.push("first");
    tail.push("語".repeat(4096));
    expect(tail.lines).toHaveLength(1);
    expect(Buffer.byteLength(tail.lines[0] ?? "")).toBeLessThanOrEqual(4096);
    expect(tail.lines[0]).toMatch(/^語+ … \(cut\)$/);
    expect(tail.truncated).toBe(true);
  });
});
