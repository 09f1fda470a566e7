import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { imageNames } from "../../sandbox/images/recipes.ts";
import { changes } from "../fixtures/conformance/changes.ts";
import { type Workspace, workspace } from "./conformanceHarness.ts";
import { Plugin } from "./conformancePlugin.ts";

/** The rows name no image of their own: another cluster has others. */
function withImages(spec: object): object {
  const text = JSON.stringify(spec)
    .replaceAll("OTHER_IMAGE", imageNames.nginx)
    .replaceAll('"IMAGE"', `"${imageNames.busybox}"`);
  return JSON.parse(text) as object;
}

describe("a change of a Pod", () => {
  let stack: Workspace;
  let plugin: Plugin;

  beforeAll(async () => {
    stack = await workspace("resources.mjs");
    plugin = await Plugin.start(stack.env);
  });

  afterAll(async () => {
    plugin.stop();
    await stack.remove();
  });

  test.for(changes)("$id: $plan", async (row) => {
    const urn = "urn:pulumi:test::conformance::kubernetes:core/v1:Pod::changed";
    const annotations = { "pulumi.com/waitFor": "jsonpath={.metadata}" };
    const pod = (spec: object) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { namespace: stack.namespace, annotations },
      // Nobody schedules it: a status written meanwhile would be a conflict for the provider's move of the ownership.
      spec: withImages({ schedulerName: "nobody", ...spec }) as Record<string, never>,
    });
    const before = await plugin.check(urn, pod(row.before));
    const made = await plugin.create(urn, before, false);
    expect(made.text).toBe("");
    const after = await plugin.check(urn, pod(row.after), before);
    const plan = await plugin.plan(urn, made, after);
    expect(plan.op, plan.paths.join(", ")).toBe(row.plan);
    if (row.plan === "update") {
      const preview = await plugin.update(urn, made, after, true);
      expect(preview.ok ? "passes" : "refused", preview.text).toBe(row.preview);
      const up = await plugin.update(urn, made, after, false);
      expect(up.ok ? "succeeds" : "refused", up.text).toBe(row.up);
      if (!up.ok) {
        expect(up.text).toContain(`the Kubernetes API server reported that "${made.id}" failed to fully initialize`);
        expect(up.reasons).toHaveLength(1);
        // The state then holds the new inputs: no difference is left to act on.
        expect((await plugin.plan(urn, up, after)).op).not.toBe("replace");
      }
    }
    await plugin.delete(urn, made);
  });
});
