import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { imageNames } from "../../sandbox/images/recipes.ts";
import { changes } from "../fixtures/conformance/changes.ts";
import { previews } from "../fixtures/conformance/previews.ts";
import {
  atOnceSeconds,
  graceSeconds,
  podResource,
  pods,
  serviceResource,
  services,
  type Version,
} from "../fixtures/conformance/waiting.ts";
import { readJson, type Workspace, workspace } from "./conformanceHarness.ts";
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
    for (const name of ["web-ready", "dependent", "consumer"]) expect(up.ops(name), name).toEqual([]);
  });

  test("the next retry is previewed as a replacement by its annotation, the gate as created", async () => {
    const preview = await run("preview", "fail", "second");
    expect(preview.code, preview.text).toBe(0);
    expect(preview.ops("web")).toContain("replace");
    expect(preview.text).toMatch(/Pod web replace \[diff: ~metadata\]/);
    expect(preview.ops("web-ready")).toEqual(["create"]);
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
      for (const name of ["web-ready", "dependent", "consumer"]) expect(result.ops(name), name).toEqual([]);
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
    for (const name of ["web-ready", "consumer"]) expect(good.ops(name), name).toEqual(replaced);
    expect(await liveNames()).toHaveLength(1);
    const destroy = await run("destroy", "ok", "fifth", "2");
    expect(destroy.code, destroy.text).toBe(0);
    expect(await liveNames()).toEqual([]);
  });
});
