import fc from "fast-check";
import { expect, test } from "vitest";
import { covers, hasLabels, labelSelector, unionOf } from "../../../components/contract/labels.ts";

test("one watch covers several forwards, and not what none of them wants", () => {
  expect(labelSelector(unionOf([{ a: "1" }]))).toBe("a in (1)");
  expect(labelSelector(unionOf([{ a: "2" }, { a: "1" }, { a: "2" }]))).toBe("a in (1,2)");
  expect(
    labelSelector(
      unionOf([
        { b: "3", a: "1" },
        { a: "1", c: "4" },
      ]),
    ),
  ).toBe("a in (1)");
});

test("the union of selectors finds whatever one of them finds", () => {
  const labels = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.constantFrom("1", "2"));
  fc.assert(
    fc.property(fc.array(labels, { minLength: 1 }), labels, (selectors, pod) => {
      const found = covers(unionOf(selectors), pod);
      if (selectors.some((selector) => hasLabels(pod, selector))) expect(found).toBe(true);
    }),
  );
});

test("many selectors become one for all that have their labels", () => {
  const many = Array.from({ length: 9 }, (_, at) => ({ id: String(at) }));
  expect(labelSelector(unionOf(many.slice(1)))).toBe("id in (1,2,3,4,5,6,7,8)");
  expect(labelSelector(unionOf(many))).toBe("id");
  expect(covers(unionOf(many), { id: "another" })).toBe(true);
  expect(covers(unionOf(many), { other: "1" })).toBe(false);
  expect(covers(unionOf(many.slice(1)), { id: "another" })).toBe(false);
});
