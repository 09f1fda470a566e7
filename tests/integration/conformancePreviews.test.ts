import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { imageNames } from "../../sandbox/images/recipes.ts";
import { previews } from "../fixtures/conformance/previews.ts";
import { readJson, type Workspace, workspace } from "./conformanceHarness.ts";

describe("what previews know", () => {
  let stack: Workspace;

  beforeAll(async () => {
    stack = await workspace("known.mjs");
  });

  afterAll(async () => {
    await stack.pulumi("destroy", variables({}));
    await stack.remove();
  });

  const variables = (change: { label?: string; value?: string }) => ({
    IMAGE: imageNames.busybox,
    LABEL: change.label ?? "1",
    VALUE: change.value ?? "1",
    REPORT: join(stack.folder, "report.json"),
  });
  interface Known {
    known: boolean;
    value?: unknown;
  }
  const report = async () => (await readJson(join(stack.folder, "report.json"))) as Record<string, Known>;

  test.for(previews)("$id", async (row) => {
    if (row.exists) {
      const up = await stack.pulumi("up", variables({}));
      expect(up.code, up.text).toBe(0);
    }
    const before = row.exists ? await report() : {};
    const preview = await stack.pulumi("preview", variables(row.change));
    expect(preview.code, preview.text).toBe(0);
    const planned = await report();
    const ops = preview.ops("known");
    expect(row.op === "replace" ? ops.includes("replace") : ops.join(), row.id).toEqual(row.op === "replace" || row.op);
    const right: Record<string, unknown> = {
      uid: before.uid?.value,
      name: before.name?.value,
      id: before.id?.value,
      namespace: stack.namespace,
      label: row.change.label ?? "1",
    };
    for (const [key, knowledge] of Object.entries(row.knows)) {
      expect(planned[key]?.known, key).toBe(knowledge !== "unknown");
      if (knowledge === "right") expect(planned[key]?.value, key).toBe(right[key]);
      if (knowledge === "wrong") expect(planned[key]?.value, key).not.toBe(right[key]);
    }
  });
});
