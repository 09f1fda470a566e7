import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { imageNames } from "../../sandbox/images/recipes.ts";
import {
  atOnceSeconds,
  graceSeconds,
  podResource,
  pods,
  serviceResource,
  services,
  type Version,
} from "../fixtures/conformance/waiting.ts";
import { type Workspace, workspace } from "./conformanceHarness.ts";

describe("what waits, and what a refresh says", () => {
  let stack: Workspace;
  const holdFinalizer = "init-pod.dev/hold";

  beforeAll(async () => {
    stack = await workspace("resources.mjs");
  });

  afterAll(async () => {
    await stack.remove();
  });

  const use = async (version: Version, finalizers?: string[]) => {
    const resources = [
      ...pods.map((row) => podResource(row, stack.namespace, imageNames.busybox, version)),
      ...services.map((row) => {
        const held = row.await === "skipAwait" ? finalizers : undefined;
        return serviceResource(row.name, row.await, stack.namespace, version, {}, held);
      }),
    ];
    await writeFile(join(stack.folder, "resources.json"), JSON.stringify({ resources }));
  };
  const run = (command: string, ...args: string[]) =>
    stack.pulumi(command, { CONFORMANCE_RESOURCES: join(stack.folder, "resources.json") }, ...args);
  const warned = [...pods, ...services].filter((row) => row.refreshed === "warned").map((row) => row.name);
  const silent = [...pods, ...services].filter((row) => row.refreshed === "silent").map((row) => row.name);
  const livePods = async () =>
    (await stack.json("get", "pods")) as {
      items: { metadata: { name: string; deletionTimestamp?: string; labels: Record<string, string> } }[];
    };

  /** Takes the finalizer off what is still there some seconds after the deletion began; says how many those were. */
  const releaseServices = async (afterSeconds: number) => {
    const services = async () =>
      (await stack.json("get", "services")) as { items: { metadata: { name: string; deletionTimestamp?: string } }[] };
    while (!(await services()).items.some(({ metadata }) => metadata.deletionTimestamp !== undefined)) {
      await setTimeout(100);
    }
    await setTimeout(afterSeconds * 1000);
    const { items } = await services();
    for (const { metadata } of items) {
      await stack.kubectl("patch", "service", metadata.name, "--type=merge", "-p", '{"metadata":{"finalizers":null}}');
    }
    return items.length;
  };

  test("creation returns at once, and says why", async () => {
    await use({ label: "1", value: "1" }, [holdFinalizer]);
    const up = await run("up");
    expect(up.code, up.text).toBe(0);
    for (const row of [...pods, ...services]) {
      expect(up.ops(row.name), row.id).toEqual(["create"]);
      expect(up.secondsOf(row.name), row.id).toBeLessThan(atOnceSeconds);
      expect(
        up.says(row.name).map(({ message }) => message),
        row.id,
      ).toContain(row.says);
    }
  });

  test("a label change is made in place and at once", async () => {
    await use({ label: "2", value: "1" }, [holdFinalizer]);
    const up = await run("up");
    expect(up.code, up.text).toBe(0);
    for (const row of [...pods, ...services]) {
      expect(up.ops(row.name), row.id).toEqual(["update"]);
      expect(up.secondsOf(row.name), row.id).toBeLessThan(atOnceSeconds);
    }
  });

  test("a refresh checks readiness unless skipAwait is set, warns, and stores init errors", async () => {
    await stack.kubectl(
      "wait",
      "--for=condition=Ready",
      "pod",
      "-l",
      "app in (fine-waited, fine-skipped)",
      "--timeout=60s",
    );
    const refresh = await run("refresh");
    expect(refresh.code, refresh.text).toBe(0);
    const errors = await stack.initErrors();
    expect(Object.keys(errors).sort()).toEqual([...warned].sort());
    for (const name of warned) expect(refresh.warnings(name).join("\n"), name).toContain("unhealthy state");
    for (const name of silent) expect(refresh.warnings(name), name).toEqual([]);
    expect(errors["hangs-waited"]?.join("\n")).toMatch(
      /^Resource 'hangs-waited-\w+' was created but failed to initialize\n\[Pod \S+\]: containers with incomplete status: \[init\]/,
    );
    expect(errors["svc-waited"]?.join("\n")).toContain("Service does not target any Pods");
  });

  test("a preview then shows an update without a changed property, and one up clears it", async () => {
    const preview = await run("preview");
    expect(preview.code, preview.text).toBe(0);
    for (const name of warned) {
      expect(preview.ops(name), name).toEqual(["update"]);
      expect(preview.diffs(name), name).toEqual([]);
    }
    for (const name of silent) expect(preview.ops(name), name).toEqual([]);
    const up = await run("up");
    expect(up.code, up.text).toBe(0);
    for (const name of warned) expect(up.ops(name), name).toEqual(["update"]);
    expect(await stack.initErrors()).toEqual({});
    const again = await run("preview", "--expect-no-changes");
    expect(again.code, again.text).toBe(0);
  });

  test("a replacement is made first; the old Pod is waited for unless skipAwait is set", async () => {
    await use({ label: "2", value: "2" }, [holdFinalizer]);
    const up = await run("up");
    expect(up.code, up.text).toBe(0);
    const { items } = await livePods();
    for (const row of pods) {
      expect(up.ops(row.name), row.id).toEqual(["create-replacement", "replace", "delete-replaced"]);
      const left = items.filter(({ metadata }) => metadata.labels.app === row.name);
      const ending = left.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
      expect(left.length - ending.length, row.id).toBe(1);
      if (row.await === "waitFor") expect(ending, row.id).toEqual([]);
    }
    const waited = up.secondsOf("fine-waited") ?? 0;
    expect(waited).toBeGreaterThan(graceSeconds - 1);
    expect(up.secondsOf("fine-skipped")).toBeLessThan(atOnceSeconds);
  });

  test("destroy waits for Pods under waitFor and for every Service, not for Pods under skipAwait", async () => {
    await stack.kubectl(
      "wait",
      "--for=condition=Ready",
      "pod",
      "-l",
      "app in (fine-waited, fine-skipped)",
      "--timeout=60s",
    );
    const heldSeconds = 3;
    const destroyed = run("destroy");
    const release = releaseServices(heldSeconds);
    const destroy = await destroyed;
    expect(destroy.code, destroy.text).toBe(0);
    expect(await release, "only the held Service is still there").toBe(1);
    expect(destroy.secondsOf("svc-skipped"), destroy.text).toBeGreaterThanOrEqual(heldSeconds - 1);
    expect(destroy.secondsOf("svc-waited")).toBeLessThan(atOnceSeconds);
    expect(destroy.secondsOf("fine-waited")).toBeGreaterThan(graceSeconds - 1);
    expect(destroy.secondsOf("fine-skipped")).toBeLessThan(atOnceSeconds);
    const left = (await livePods()).items.filter(({ metadata }) => metadata.labels.app?.endsWith("-waited"));
    expect(left).toEqual([]);
  });

  test("a Service without either waits for its Pods, until its timeout", async () => {
    const version = { label: "1", value: "1" };
    const hanging = pods.filter((row) => row.name === "hangs-waited");
    const options = { customTimeouts: { create: "4s" } };
    const resources = [
      ...hanging.map((row) => podResource(row, stack.namespace, imageNames.busybox, version)),
      serviceResource("svc-none", "none", stack.namespace, version, options),
    ];
    await writeFile(join(stack.folder, "resources.json"), JSON.stringify({ resources }));
    const up = await run("up");
    expect(up.code).not.toBe(0);
    expect(up.text).toMatch(/'svc-none-\w+' timed out waiting to be Ready/);
    expect(up.text).toContain("Service does not target any Pods");
    expect(Object.keys(await stack.initErrors())).toContain("svc-none");
    const destroy = await run("destroy");
    expect(destroy.code, destroy.text).toBe(0);
  });
});
