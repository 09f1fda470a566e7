import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { imageNames } from "../../sandbox/images/recipes.ts";
import { type Workspace, workspace } from "./conformanceHarness.ts";

describe("the gate", () => {
  let stack: Workspace;

  beforeAll(async () => {
    stack = await workspace("gate.mjs");
  });

  afterAll(async () => {
    await stack.remove();
  });

  const run = (command: string, verdict: "fail" | "ok", retry: string, label = "1", ...args: string[]) =>
    stack.pulumi(command, { IMAGE: imageNames.busybox, LABEL: label, RETRY: retry, VERDICT: verdict }, ...args);
  const liveNames = async () =>
    ((await stack.json("get", "pods")) as { items: { metadata: { name: string } }[] }).items.map(
      ({ metadata }) => metadata.name,
    );
  const replaced = ["create-replacement", "replace", "delete-replaced"];

  test("a failing verdict ends up with one error and holds dependents and consumers back", async () => {
    const up = await run("up", "fail", "first");
    expect(up.code).not.toBe(0);
    expect(up.text.match(/error: /g)?.length, up.text).toBeLessThanOrEqual(2);
    expect(up.ops("web")).toEqual(["create"]);
    for (const name of ["dependent", "consumer"]) expect(up.ops(name), name).toEqual([]);
  });

  test("the next retry is previewed as a replacement by its annotation", async () => {
    const preview = await run("preview", "fail", "second");
    expect(preview.code, preview.text).toBe(0);
    expect(preview.ops("web")).toContain("replace");
    expect(preview.text).toMatch(/Pod web replace \[diff: ~metadata\]/);
  });

  test("it fails again, and once the cause is gone both failed Pods are deleted", async () => {
    const again = await run("up", "fail", "second");
    expect(again.code).not.toBe(0);
    expect(await liveNames()).toHaveLength(2);
    const healed = await run("up", "ok", "third");
    expect(healed.code, healed.text).toBe(0);
    expect(healed.ops("dependent")).toEqual(["create"]);
    expect(await liveNames()).toHaveLength(1);
  });

  test("without a change nothing changes, not even after a refresh", async () => {
    for (const command of ["preview", "up", "refresh", "preview"]) {
      const result = await run(command, "ok", "third", "1", "--expect-no-changes");
      expect(result.code, result.text).toBe(0);
    }
  });

  test("a label change updates the Pod alone", async () => {
    for (const command of ["preview", "up"]) {
      const result = await run(command, "ok", "third", "2");
      expect(result.code, result.text).toBe(0);
      expect(result.ops("web")).toEqual(["update"]);
      for (const name of ["dependent", "consumer"]) expect(result.ops(name), name).toEqual([]);
    }
  });

  test("a bad change leaves the serving Pod and its consumers alone, a good one replaces all", async () => {
    const [serving] = await liveNames();
    const bad = await run("up", "fail", "fourth", "2");
    expect(bad.code).not.toBe(0);
    expect(bad.ops("consumer")).toEqual([]);
    expect(await liveNames()).toContain(serving);
    const good = await run("up", "ok", "fifth", "2");
    expect(good.code, good.text).toBe(0);
    expect(good.ops("consumer")).toEqual(replaced);
    expect(await liveNames()).toHaveLength(1);
    const destroy = await run("destroy", "ok", "fifth", "2");
    expect(destroy.code, destroy.text).toBe(0);
    expect(await liveNames()).toEqual([]);
  });
});
