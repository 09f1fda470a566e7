import * as pulumi from "@pulumi/pulumi";
import * as yaml from "js-yaml";
import { beforeAll, describe, expect, test } from "vitest";
import type { InitPodArgs } from "../../../components/spec/args.ts";
import { loadPackage } from "../builtPackage";
import { cellsOf } from "./page";
import { readRepo } from "./sentences";

const { InitPod } = loadPackage();
const made: pulumi.runtime.MockResourceArgs[] = [];

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource: (resource) => {
      made.push(resource);
      const inputs = resource.inputs as { input?: unknown };
      return { id: `${resource.name}-id`, state: { ...inputs, output: inputs.input } };
    },
    call: ({ inputs }) => inputs as object,
  });
});

const [, table = ""] = /^\| in a Pod .*\n.*\n((?:\|.*\n)+)/m.exec(readRepo("docs/coming-from-yaml.md")) ?? [];
const rows = table.trim().split("\n").map(cellsOf);
const codeOf = (cell: string): string => cell.replace(/^`|`$/g, "");

/** What is made of arguments that are written in TypeScript. */
async function objectOf(kind: string, written: string, name: string): Promise<unknown> {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
  const args = new Function(`return { container: { image: "app:1" }, ${written} }`)() as InitPodArgs;
  const pod = new InitPod(name, { forward: { mode: "never" }, ...args });
  await new Promise((resolve) => void pod.podName.apply(resolve));
  return made.find((one) => one.type === `kubernetes:core/v1:${kind}` && one.name === name)?.inputs;
}

/** Whether all of a part is in a whole; the elements of a list anywhere in it. */
function isIn(part: unknown, whole: unknown): boolean {
  if (typeof part !== "object" || part === null) return part === whole;
  if (typeof whole !== "object" || whole === null) return false;
  if (Array.isArray(part)) return part.every((one) => (whole as unknown[]).some((other) => isIn(one, other)));
  return Object.entries(part).every(([key, value]) => isIn(value, (whole as Record<string, unknown>)[key]));
}

describe("each field of a Pod in docs/coming-from-yaml.md comes of the arguments beside it", () => {
  test("the table has rows", () => expect(rows.length).toBeGreaterThan(20));

  test.each(rows)("%s is %s", async (before = "", after = "") => {
    const { kind = "Pod", ...fields } = yaml.load(`{ ${codeOf(before)} }`) as Record<string, unknown>;
    const wanted = "metadata" in fields || "spec" in fields ? fields : { spec: fields };
    const object = await objectOf(String(kind), codeOf(after), `row-${made.length}`);
    expect(object).toBeDefined();
    expect(isIn(wanted, object), JSON.stringify(object, undefined, 2)).toBe(true);
  });

  test("a field that does not come is noticed", async () => {
    const object = await objectOf("Pod", `labels: { app: "web" }`, "noticed");
    expect(isIn({ metadata: { labels: { app: "web" } } }, object)).toBe(true);
    expect(isIn({ metadata: { labels: { app: "other" } } }, object)).toBe(false);
    expect(isIn({ spec: { containers: [{ image: "app:2" }] } }, object)).toBe(false);
  });
});
