import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Command } from "../../../../components/cli/verbs/arguments.ts";
import { viewCluster } from "../../../../components/cli/verbs/clusterView.ts";
import { statusOf } from "../../../../components/cli/verbs/status.ts";
import { answer, FakeCluster, kubeconfig, refuse, stages } from "../../cluster/fakeCluster.ts";
import { temporaryFolder } from "../../forward/helpers";
import { command } from "../shop";

let cluster: FakeCluster;
let path: string;
/** Namespaces whose Pods may not be listed; `""` means those of all. */
let closed: string[];

beforeEach(async () => {
  cluster = await FakeCluster.start();
  path = join(temporaryFolder(), "kubeconfig");
  writeFileSync(path, kubeconfig(cluster.url));
  closed = [];
  cluster.override = ({ right, url }, response) => {
    if (url.pathname.endsWith("/kube-system")) return answer(response, '{"metadata":{"uid":"cluster"}}');
    const asked = /\/namespaces\/([^/]+)\/pods/.exec(url.pathname)?.[1] ?? "";
    if (right !== "list pods" || !closed.includes(asked)) return false;
    refuse(response, 403, "pods is forbidden");
    return true;
  };
  cluster.set("web", { phase: "Running" }, { labels: { "init-pod.dev/id": "web-0123456789" } });
});

afterEach(async () => {
  await cluster.stop();
});

/** The InitPods that a command sees, and of which Pods it asked. */
async function seen(more: Partial<Command> = {}): Promise<{ names: string[]; asked: string[] }> {
  const view = await viewCluster(command({ kubeconfig: path, ...more }), {});
  view.close();
  const asked = cluster.requests.flatMap((request) => /^list pods ([^?]*)/.exec(request)?.[1] ?? []);
  return { names: view.initPods.map(({ name }) => name), asked };
}

describe("a command", () => {
  test("sees the InitPods of all namespaces", async () => {
    expect(await seen()).toEqual({ names: ["web"], asked: ["/api/v1/pods"] });
  });

  test("sees those of the namespace that it is told, and asks for no other", async () => {
    expect(await seen({ namespace: "shop" })).toEqual({ names: ["web"], asked: ["/api/v1/namespaces/shop/pods"] });
  });

  test("sees those of the context's namespace without the right to read all", async () => {
    closed = [""];
    expect(await seen()).toEqual({ names: ["web"], asked: ["/api/v1/pods", "/api/v1/namespaces/default/pods"] });
  });

  test.each([
    ["the one that it is told", { namespace: "shop" }, "shop"],
    ["the context's", {}, "default"],
  ])("says which namespace it may not read: %s", async (_what, more, name) => {
    closed = ["", name];
    await expect(seen(more)).rejects.toThrow(
      `No right to list the Pods of namespace ${name}. Is it the right one (-n)?`,
    );
  });

  test("does not say that there is none where one lives that has lost its label", async () => {
    cluster.set("web", stages.ready);
    cluster.set("another", stages.ready, { annotations: {} });
    for (const name of ["web", "another"]) cluster.unlabel(name);
    const view = await viewCluster(command({ kubeconfig: path }), {});
    view.close();
    const pods = view.initPods.flatMap((initPod) => initPod.pods);
    expect(pods.map(({ pod }) => pod.metadata.name)).toEqual(["web"]);
    expect(pods[0]?.verdict).toMatchObject({
      reason: "LabelMissing",
      message: "its label init-pod.dev/id is missing, so that nothing finds it",
    });
    const status = await statusOf(temporaryFolder(), command(), view);
    expect(status).toMatchObject({
      healthy: false,
      initPods: [
        { name: "web", state: "failing", pods: [{ ready: false, text: "has lost the label by which it is found" }] },
      ],
    });
  });

  test("says where no Kubernetes API server answers", async () => {
    cluster.override = (_asked, response) => answer(response, '{"message":"welcome"}');
    await expect(seen()).rejects.toThrow("it answers, but not as a Kubernetes API server");
  });
});
