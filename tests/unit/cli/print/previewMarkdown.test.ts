import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mostCharacters, previewMarkdown } from "../../../../components/cli/print/previewMarkdown";
import { fixture, fixtureNames, initPodUrn, previewOf, stepOf, summarized } from "../preview/previews";
import { all, elements, first, html, looseText, textOf, tree } from "./rendered";

const comment = (text: string): string => previewMarkdown(summarized(text));
const page = (text: string) => tree(html(comment(text)));
const cellsOf = (name: string): string[] => all(page(fixture(name)), "td").map((cell) => textOf(cell));

describe("the comment on a real preview", () => {
  test.each(fixtureNames)("is well formed, short, and mentions nobody: %s", (name) => {
    const text = comment(fixture(name));
    expect(text.length).toBeLessThan(mostCharacters);
    expect(text).toMatch(/^<!-- init-pod preview-comment shop\/test -->\n### Preview of `shop\/test`/);
    expect(text).not.toMatch(/init-pod\.dev\/applied|s3cr3t/);
    expect(
      elements(tree(html(text)))
        .map(({ tag }) => tag)
        .filter((tag) => !["h3", "table", "p", "pre", "details"].includes(tag)),
    ).toEqual([]);
    expect(looseText(tree(html(text)))).not.toMatch(/@\w|#\d/);
  });

  test("says in its heading what happens", () => {
    const heading = (name: string) => textOf(first(page(fixture(name)), "h3"));
    expect(heading("firstDeploy")).toContain("1 InitPod is new");
    expect(heading("image")).toContain("1 InitPod is made anew");
    expect(heading("noChange")).toContain("no InitPod changes");
    expect(heading("failedPreview")).toMatch(/ failed$/);
  });

  test("has a row for the InitPod", () => {
    const [name, what, why, steps, downtime] = cellsOf("image");
    expect([name, what, steps]).toEqual(["shop", "made anew", "token, seed"]);
    expect(why).toMatch(/image/);
    expect(downtime).toBe("none: the old Pod goes once the new one is Ready");
    expect(cellsOf("downtime").at(-1)).toBe("yes: the old Pod goes before the new one starts");
    expect(cellsOf("label").slice(1)).toEqual(["changes in place", expect.stringContaining("tier"), "–", "none"]);
    expect(cellsOf("initPodRemoved").at(-1)).toBe("for good");
  });

  test("folds away what differs, old and new", () => {
    const details = first(page(fixture("image")), "details");
    expect(textOf(first(details, "summary"))).toBe("All that differs, in 1 resource");
    expect(textOf(first(details, "pre"))).toContain(
      '- spec.containers[0].image: "sandbox.local/nginx-unprivileged:1"\n+ spec.containers[0].image: "sandbox.local/nginx:1"\n',
    );
  });

  test("shows of long values where they differ, with whole characters", () => {
    const script = (end: string) => ({ spec: { script: `${"😀".repeat(1_000)}\n${end}` } });
    const text = comment(previewOf([stepOf("update", { before: script("exit 0"), after: script("exit 1") })]));
    expect(text).toMatch(/^- spec\.script: …😀+\\nexit 0"$/mu);
    expect(text).toMatch(/^\+ spec\.script: …😀+\\nexit 1"$/mu);
    const value = (start: string) => ({ spec: { script: start + "x".repeat(1_000) } });
    expect(comment(previewOf([stepOf("update", { before: value("a"), after: value("b") })]))).toMatch(/: "ax+…$/m);
  });

  test("begins with a mark that tells stacks apart", () => {
    const of = (stack: string) =>
      comment(previewOf([stepOf("create", { urn: initPodUrn.replace("dev", stack), after: {} })])).split("\n")[0];
    expect(of("feature--x")).toBe("<!-- init-pod preview-comment shop/feature--x -->");
    expect(of("--><b>")).toBe("<!-- init-pod preview-comment shop/---b- -->");
  });

  test("says that a preview does not tell the steps", () => {
    const text = previewOf([stepOf("create", { after: { spec: "[secret]" } })]);
    expect(comment(text)).toContain("| all; the preview does not tell their names |");
  });

  test("of a preview that failed has its error", () => {
    expect(textOf(first(page(fixture("failedPreview")), "pre"))).toContain("container.port = 70000");
  });

  test("says that nothing changes", () => {
    expect(comment(fixture("noChange"))).toContain("Nothing changes.");
  });

  test("shows what a step is told to print, and obeys none of it", () => {
    const details = all(page(fixture("step")), "details");
    expect(details).toHaveLength(1);
    expect(textOf(first(details[0] ?? tree(""), "pre"))).toContain("</pre></details> @all ```");
  });
});

const nasty = fc.constantFrom(
  "</pre></details>",
  "</summary>",
  "`".repeat(40),
  "```",
  "@octocat",
  "#123",
  "|",
  "\\|",
  "-->",
  "<img src=x>",
  "\n\n# h",
  "\u202e",
  "[a](b)",
  "x".repeat(5_000),
  "é",
  "😀",
);
const anyText = fc.oneof(
  fc.string(),
  fc.array(nasty, { maxLength: 5 }).map((parts) => parts.join("")),
);
const anyValue = fc.oneof(
  anyText,
  fc.integer(),
  fc.constant("[secret]"),
  fc.array(anyText, { maxLength: 3 }),
  fc.dictionary(anyText, anyText, { maxKeys: 3 }),
);
const anyPod = fc.record(
  {
    metadata: fc.record({ name: anyText, labels: fc.dictionary(anyText, anyText, { maxKeys: 3 }) }),
    spec: fc.record({
      initContainers: fc.oneof(
        fc.constant("[secret]"),
        fc.array(fc.record({ name: anyText, image: anyText, env: anyValue }), { maxLength: 40 }),
      ),
      containers: fc.array(fc.record({ name: anyText, image: anyText, more: anyValue }), { maxLength: 2 }),
    }),
  },
  { requiredKeys: [] },
);
const anyStep = fc.record({
  op: fc.constantFrom("create", "update", "replace", "delete", "create-replacement", "delete-replaced", "same"),
  name: anyText,
  before: fc.option(anyPod, { nil: undefined }),
  after: fc.option(anyPod, { nil: undefined }),
});
const anyDiagnostic = fc.record({
  severity: fc.constantFrom("info", "warning", "error"),
  message: anyText,
  urn: fc.constantFrom(initPodUrn, ""),
});

describe("whatever a program names its things", () => {
  test("the comment has only the parts that it has, is no longer than it may be, and mentions nobody", () => {
    fc.assert(
      fc.property(
        fc.array(anyStep, { maxLength: 12 }),
        fc.array(anyDiagnostic, { maxLength: 8 }),
        (steps, diagnostics) => {
          const own = steps.map(({ op, name, before, after }) =>
            stepOf(op, {
              urn: `${initPodUrn.replace("InitPod::web", "InitPod$kubernetes:core/v1:Pod::")}${name}`,
              parent: `${initPodUrn}${name}`,
              before,
              after,
            }),
          );
          const text = comment(previewOf(own, diagnostics));
          expect(text.length).toBeLessThanOrEqual(mostCharacters);
          const root = tree(html(text));
          const tags = elements(root).map(({ tag }) => tag);
          expect(tags[0]).toBe("h3");
          expect(tags.filter((tag) => !["h3", "table", "p", "pre", "details"].includes(tag))).toEqual([]);
          for (const tag of ["a", "img", "em", "h1", "ul"]) expect(all(root, tag)).toEqual([]);
          for (const tr of all(root, "tr")) expect(all(tr, "td").length + all(tr, "th").length).toBe(5);
          for (const details of all(root, "details")) {
            expect(
              elements(details)
                .map(({ tag }) => tag)
                .filter((tag) => tag !== "p"),
            ).toEqual(["summary", "pre"]);
          }
          expect(looseText(root)).not.toMatch(/@\w|#\d/);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe("a preview of more than a comment holds", () => {
  const many = (count: number, value: string) =>
    previewOf(
      Array.from({ length: count }, (_, index) => {
        const urn = `${initPodUrn}-${index}`;
        const pod = urn.replace("InitPod::", "InitPod$kubernetes:core/v1:Pod::");
        const inputs = (image: string) => ({ spec: { initContainers: [{ name: "seed", image }] } });
        return stepOf("replace", { urn: pod, parent: urn, before: inputs("a"), after: inputs(value) });
      }),
    );

  test("is cut, and says what was left out", () => {
    const text = comment(many(2_000, "b".repeat(300)));
    expect(text.length).toBeLessThanOrEqual(mostCharacters);
    expect(text.length).toBeGreaterThan(mostCharacters - 2_000);
    expect(text).toContain("2000 InitPods are made anew");
    expect(text).toMatch(/Not shown for want of room: \d+ more InitPods\./);
    expect(text).toMatch(/Left out for want of room: \d+ more lines\. `pulumi preview --diff` shows them\./);
  });

  test("has the InitPods first that will not serve, for good or for a while", () => {
    const why = { reason: "b".repeat(300) };
    const some = Array.from({ length: 2_000 }, (_, index) => `${initPodUrn}-${index}`);
    const podOf = (urn: string) => urn.replace("InitPod::", "InitPod$kubernetes:core/v1:Pod::");
    const step = (op: string, urn: string) => {
      const states = { urn: podOf(urn), parent: urn, before: { spec: {} }, after: { spec: why } };
      return stepOf(op, op === "delete" ? { ...states, after: undefined } : states);
    };
    const text = comment(
      previewOf([
        ...some.map((urn) => step("update", urn)),
        step("replace", `${initPodUrn}-anew`),
        step("delete", `${initPodUrn}-gone`),
        ...["delete-replaced", "replace", "create-replacement"].map((op) => step(op, `${initPodUrn}-down`)),
      ]),
    );
    expect(text).toContain("Not shown for want of room");
    const names = all(tree(html(text)), "tr").map((line) => textOf(all(line, "td")[0] ?? line));
    expect(names.slice(1, 5)).toEqual(["web-gone", "web-down", "web-anew", "web-0"]);
  });

  test("shows what it can of long errors", () => {
    const message = Array.from({ length: 5_000 }, (_, line) => `line ${line}`).join("\n");
    const text = comment(previewOf([], [{ severity: "error", message }]));
    expect(text.length).toBeLessThan(mostCharacters);
    expect(text).toMatch(/line 0\nline 1\n[^]*\d+ more lines in the preview's own output\./);
  });
});
