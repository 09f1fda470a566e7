import fc from "fast-check";
import { expect, test } from "vitest";
import { cut } from "../../../components/text";

test("a text is cut between characters, and only where it is too long", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "é", "😀", " ") }),
      fc.integer({ min: 1, max: 12 }),
      (text, width) => {
        const characters = Array.from(text);
        const start = characters.slice(0, width - 1).join("");
        expect(cut(text, width)).toBe(characters.length <= width ? text : `${start.trimEnd()}…`);
      },
    ),
  );
});
