import { describe, expect, test } from "vitest";
import { chooseAny, chooseEach } from "../../../../components/cli/verbs/choose.ts";

const all = [
  { namespace: "dev", name: "web" },
  { namespace: "prod", name: "web" },
  { namespace: "prod", name: "shop" },
];

describe("names", () => {
  test("mean everything where there are none, and otherwise what is called so", () => {
    expect(chooseEach([], all, "InitPod")).toEqual(all);
    expect(chooseEach(["shop", "dev/web"], all, "InitPod")).toEqual([all[0], all[2]]);
    expect(chooseAny(["web"], all, "InitPod")).toEqual([all[0], all[1]]);
  });

  test("of nothing are an error that says what there is", () => {
    expect(() => chooseEach(["wbe"], all, "InitPod in context dev")).toThrow(
      "No InitPod in context dev named wbe. There are: dev/web, prod/web, prod/shop.",
    );
    expect(() => chooseAny(["web"], [], "InitPod")).toThrow("No InitPod named web. There is none.");
  });

  test("of several are an error that says which", () => {
    expect(() => chooseEach(["web"], all, "InitPod")).toThrow(
      "web is the name of 2: say which of dev/web, prod/web, or give its namespace with -n.",
    );
  });

  test("are listed up to a bound", () => {
    const many = Array.from({ length: 20 }, (_, index) => ({ namespace: "shop", name: `web-${index}` }));
    expect(() => chooseAny(["x"], many, "InitPod")).toThrow(/shop\/web-7 and 12 more\.$/);
  });

  test("of one namespace and name are one, though two stacks have it", () => {
    const twins = [all[0], all[0]].flatMap((one) => (one === undefined ? [] : [one]));
    expect(chooseEach(["web"], twins, "InitPod")).toHaveLength(2);
  });
});
