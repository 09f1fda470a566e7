import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { imageNames } from "../../sandbox/images/recipes.ts";
import { type Workspace, workspace } from "./conformanceHarness.ts";

interface Declared {
  type: string;
  name: string;
  args: object;
  options?: object;
}

/** What only shows with the whole engine: texts, names, secrets, and how a cluster is chosen. */
describe("the kubernetes plugin in the engine", () => {
  let stack: Workspace;

  beforeEach(async () => {
    stack = await workspace("resources.mjs");
  });

  afterEach(async () => {
    await stack.pulumi("destroy");
    await stack.remove();
  });

  const run = async (
    command: string,
    resources: Declared[],
    variables: Record<string, string> = {},
    ...args: string[]
  ) => {
    const file = join(stack.folder, "resources.json");
    await writeFile(file, JSON.stringify({ resources }));
    return stack.pulumi(command, { CONFORMANCE_RESOURCES: file, ...variables }, ...args);
  };
  const pod = (container: object, options: object = {}, labels: object = {}): Declared => ({
    type: "core/v1/Pod",
    name: "p",
    args: {
      metadata: { namespace: stack.namespace, labels, annotations: { "pulumi.com/waitFor": "jsonpath={.metadata}" } },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: "app", image: imageNames.busybox, command: ["sleep", "3600"], ...container }],
      },
    },
    options,
  });
  const configMap = (name: string, value: string, metadata: object = {}): Declared => ({
    type: "core/v1/ConfigMap",
    name,
    args: { metadata: { namespace: stack.namespace, ...metadata }, data: { value } },
  });
  const envFrom = { envFrom: [{ configMapRef: { name: "absent", optional: true } }] };

  test("an addition that the API refuses fails the preview, with the API's text", async () => {
    await run("up", [pod({})]);
    const preview = await run("preview", [pod(envFrom)]);
    expect(preview.code).not.toBe(0);
    expect(preview.ops("p")).toEqual(["update"]);
    expect(preview.text).toContain("Preview failed: 1 error occurred:");
    expect(preview.text).toMatch(
      /the Kubernetes API server reported that "\S+\/p-\w+" failed to fully initialize or become live: /,
    );
    expect(preview.text).toContain("pod updates may not change fields other than");
  });

  test("a removal that the API refuses passes the preview, fails each up, and only refresh with replaceOnChanges gets out", async () => {
    await run("up", [pod(envFrom)]);
    const preview = await run("preview", [pod({})]);
    expect(preview.code, preview.text).toBe(0);
    expect(preview.ops("p")).toEqual(["update"]);
    const up = await run("up", [pod({})]);
    expect(up.code).not.toBe(0);
    expect(Object.keys(await stack.initErrors())).toEqual(["p"]);
    const later = await run("up", [pod({}, { replaceOnChanges: ["spec"] })]);
    expect(later.code).not.toBe(0);
    const out = await run("up", [pod({}, { replaceOnChanges: ["spec"] })], {}, "--refresh");
    expect(out.code, out.text).toBe(0);
    expect(out.ops("p")).toContain("replace");
  });

  test('replaceOnChanges: ["spec"] replaces where the API would refuse, and leaves labels in place', async () => {
    const options = { replaceOnChanges: ["spec"] };
    await run("up", [pod(envFrom, options)]);
    const label = await run("up", [pod(envFrom, options, { a: "b" })]);
    expect(label.ops("p"), label.text).toEqual(["update"]);
    const removed = await run("up", [pod({}, options, { a: "b" })]);
    expect(removed.code, removed.text).toBe(0);
    expect(removed.ops("p")).toEqual(["create-replacement", "replace", "delete-replaced"]);
    const same = await run("preview", [pod({}, options, { a: "b" })], {}, "--expect-no-changes");
    expect(same.code, same.text).toBe(0);
  });

  test("data of a ConfigMap replaces: made first where the name is ours to choose, deleted first where it is the user's", async () => {
    const named = (value: string) => [configMap("auto", value), configMap("own", value, { name: "own" })];
    await run("up", named("1"));
    const up = await run("up", named("2"));
    expect(up.code, up.text).toBe(0);
    expect(up.ops("auto")).toEqual(["create-replacement", "replace", "delete-replaced"]);
    expect(up.ops("own")).toEqual(["delete-replaced", "replace", "create-replacement"]);
  });

  test("verbatim autonaming is no difference by itself, and makes the next replacement delete first", async () => {
    await run("up", [configMap("auto", "1")]);
    const settings = join(stack.folder, "Pulumi.test.yaml");
    await appendFile(settings, "\nconfig:\n  pulumi:autonaming:\n    mode: verbatim\n");
    const same = await run("preview", [configMap("auto", "1")], {}, "--expect-no-changes");
    expect(same.code, same.text).toBe(0);
    const up = await run("up", [configMap("auto", "2")]);
    expect(up.code, up.text).toBe(0);
    expect(up.ops("auto")).toEqual(["delete-replaced", "replace", "create-replacement"]);
    const live = (await stack.json("get", "configmap", "auto")) as { data: { value: string } };
    expect(live.data.value).toBe("2");
  });

  test("drift shows after a refresh, and up takes it back", async () => {
    const declared = [configMap("c", "1", { name: "c", labels: { a: "1" } })];
    await run("up", declared);
    // What kubectl writes under this name is taken over; any other manager's would be a conflict.
    await stack.kubectl("label", "configmap", "c", "a=2", "--overwrite", "--field-manager=kubectl");
    const preview = await run("preview", declared, {}, "--refresh");
    expect(preview.ops("c"), preview.text).toContain("update");
    const up = await run("up", declared, {}, "--refresh");
    expect(up.code, up.text).toBe(0);
    const live = (await stack.json("get", "configmap", "c")) as { metadata: { labels: { a: string } } };
    expect(live.metadata.labels.a).toBe("1");
  });

  test("a Secret's values are nowhere in the state in plain text", async () => {
    const value = "hush-hush-hush";
    const declared: Declared[] = [
      { type: "core/v1/Secret", name: "s", args: { metadata: { namespace: stack.namespace }, stringData: { value } } },
    ];
    const up = await run("up", declared);
    expect(up.code, up.text).toBe(0);
    const state = await readFile(join(stack.folder, "backend/.pulumi/stacks/conformance/test.json"), "utf8");
    expect(state).not.toContain(value);
    expect(state).not.toContain(Buffer.from(value).toString("base64"));
    const same = await run("preview", declared, {}, "--expect-no-changes");
    expect(same.code, same.text).toBe(0);
  });

  test("an explicit provider with a kubeconfig's content works; a context that doesn't exist fails up and names itself", async () => {
    const kubeconfig = await readFile(stack.env.KUBECONFIG ?? "", "utf8");
    const declared: Declared[] = [
      { type: "Provider", name: "given", args: { kubeconfig, namespace: stack.namespace } },
      { type: "core/v1/ConfigMap", name: "c", args: { data: { a: "b" } }, options: { provider: "given" } },
    ];
    const up = await run("up", declared);
    expect(up.code, up.text).toBe(0);
    const live = (await stack.json("get", "configmaps")) as { items: { metadata: { name: string } }[] };
    expect(live.items.some(({ metadata }) => metadata.name.startsWith("c-"))).toBe(true);
    const wrong = [
      { type: "Provider", name: "wrong", args: { kubeconfig, context: "no-such-context" } },
      { type: "core/v1/ConfigMap", name: "d", args: { data: { a: "b" } }, options: { provider: "wrong" } },
    ];
    const failed = await run("up", [...declared, ...wrong]);
    expect(failed.code).not.toBe(0);
    expect(failed.text).toContain("configured Kubernetes cluster is unreachable: ");
    expect(failed.text).toContain("no-such-context");
    await run("up", declared);
  });
});
