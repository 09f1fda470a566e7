import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { code, fenced, prose, row } from "../../../../components/cli/print/markdown";
import { cleanLine } from "../../../../components/text";
import { all, elements, first, html, looseText, textOf, tree } from "./rendered";

/** Texts that are likely to be taken for something else. */
const hostile = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc
    .array(
      fc.constantFrom(
        ..."`|\\<>&@#*_~[]()!:-+.'\" \n\t$".split(""),
        ..."``` </pre> </details> <!-- --> <b> @octocat #123 GH-12 a/b#1 www.example.com https://example.com a@b.com | --- \\| &lt; &#64; deadbeef01 :tada: word Ünïcode \u202e \u200b".split(
          " ",
        ),
      ),
    )
    .map((parts) => parts.join("")),
);

/** A cell of a table beside another. */
const cells = (cell: string) => {
  const page = tree(html([row(["left", "right"]), row(["---", "---"]), row([cell, "end"])].join("\n")));
  return all(page, "td");
};

test.each(["a|b", "`", "``", "a\\|b", "\\|\\|`", "|", "\\", "a\\", " `x` ", "</code>", "@all", "&lt;"])(
  "a text in a cell is shown as it is: %s",
  (text) => {
    const [cell, end] = cells(code(text));
    expect(textOf(cell ?? tree("")).trim()).toBe(text.trim());
    expect(textOf(end ?? tree(""))).toBe("end");
  },
);

test("no text in a cell leaves it, or is anything but code", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const found = cells(code(text));
      expect(found).toHaveLength(2);
      const [cell = tree("")] = found;
      expect(elements(cell).map(({ tag }) => tag)).toEqual(["code"]);
      expect(looseText(cell).trim()).toBe("");
      const line = cleanLine(text);
      expect(textOf(cell).trim()).toBe(line.trim() === "" ? '""' : line.trim());
      expect(textOf(found[1] ?? tree(""))).toBe("end");
    }),
    { numRuns: 500 },
  );
});

describe("a sentence", () => {
  test("is words, with code where a word may be something else", () => {
    expect(prose('init container "seed" failed with exit code 3. See `up`, or @octocat (#12).')).toBe(
      'init container "seed" failed with exit code 3. See `up`, or `@octocat` (`#12`).',
    );
  });

  test.each([
    "@octocat",
    "#12",
    "GH-12",
    "a/b#1",
    "https://a.b",
    "www.a.b",
    "a@b.c",
    "8a9f0d1c2b",
    "*a*",
    "<b>",
    ":tada:",
  ])("has nothing that leads anywhere: %s", (word) => {
    expect(prose(`see ${word} there`)).toBe(`see \`${word}\` there`);
  });

  test("never leaves its cell, nor becomes markup, a mention or a link", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const found = cells(prose(text));
        expect(found).toHaveLength(2);
        const [cell = tree("")] = found;
        expect(elements(cell).every(({ tag }) => tag === "code")).toBe(true);
        expect(looseText(cell)).not.toMatch(/@\w|#\d|\bgh-\d|:\/\/|www\.|[<>*_~|\\`[\]]/i);
        expect(textOf(found[1] ?? tree(""))).toBe("end");
      }),
      { numRuns: 500 },
    );
  });
});

test("a block has room for as many backticks as there are", () => {
  expect(fenced(["` ".repeat(500_000), "````"])[0]).toBe("`````text");
});

test("no line ends the block that it is in", () => {
  fc.assert(
    fc.property(fc.array(hostile.map((text) => text.replace(/[\r\n]/g, " "))), (lines) => {
      const page = tree(html([...fenced(lines), "", "after"].join("\n")));
      expect(elements(page).map(({ tag }) => tag)).toEqual(["pre", "p"]);
      expect(elements(first(page, "pre")).map(({ tag }) => tag)).toEqual(["code"]);
      expect(elements(first(page, "code"))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
