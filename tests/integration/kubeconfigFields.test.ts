import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ApiProxy, type FlatKubeconfig } from "../support/apiProxy/index.ts";
import { LoopbackProxy } from "../support/loopbackProxy.ts";
import { clientCertificate, selfSigned } from "./support/certificate.ts";
import { createAccounts } from "./support/documentedRole.ts";
import { images } from "./support/programs.ts";
import { adminConfig } from "./support/proxy.ts";
import { type Finished, run } from "./support/run.ts";
import { kubectl, repo, TestStack } from "./support/stack.ts";

type Fields = Record<string, unknown>;

interface Status {
  initPods: { name: string; state: string }[];
}

/** A stack with an InitPod for each kubeconfig of a file, each with a provider of its own. */
const program = (file: string): string => `
const { readFileSync } = require("node:fs");
const k8s = require("@pulumi/kubernetes");
const { InitPod } = require("init-pod");
const { namespace, kubeconfigs } = JSON.parse(readFileSync("${file}", "utf8"));
for (const [name, kubeconfig] of Object.entries(kubeconfigs)) {
  const provider = new k8s.Provider(name, { kubeconfig, namespace });
  const pod = new InitPod(name, { container: { image: "${images.unprivileged}", port: 8080 } }, { provider });
  module.exports[name] = pod.url;
}
`;

const v1 = "client.authentication.k8s.io/v1";

function kubeconfig(user: Fields, cluster: object): string {
  return JSON.stringify({
    "current-context": "x",
    clusters: [{ name: "c", cluster }],
    users: [{ name: "u", user }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
  });
}

/** What may impersonate one user, and nothing else at all: who passes over a field of whom to be has no right. */
function impersonator(name: string, namespace: string, group: string): string {
  const apiVersion = "rbac.authorization.k8s.io/v1";
  const rule = (apiGroup: string, resource: string, resourceName: string) => ({
    ...{ apiGroups: [apiGroup], resources: [resource], resourceNames: [resourceName] },
    verbs: ["impersonate"],
  });
  const rules = [
    rule("", "users", "somebody"),
    ...[group, "system:authenticated"].map((each) => rule("", "groups", each)),
    rule("authentication.k8s.io", "uids", "42"),
    rule("authentication.k8s.io", "userextras/reason", "test"),
  ];
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name };
  const subjects = [{ kind: "ServiceAccount", name: "impersonator", namespace }];
  return JSON.stringify({
    apiVersion: "v1",
    kind: "List",
    items: [
      { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "impersonator", namespace } },
      { apiVersion, kind: "ClusterRole", metadata: { name }, rules },
      { apiVersion, kind: "ClusterRoleBinding", metadata: { name }, roleRef, subjects },
    ],
  });
}

describe("a stack whose providers have kubeconfigs with all kinds of fields", () => {
  const group = `deployers-${Math.random().toString(36).slice(2, 8)}`;
  const kubeconfigs: Record<string, string> = {};
  let stack: TestStack;
  let cluster: FlatKubeconfig["clusters"][number]["cluster"];
  let proxy: LoopbackProxy;
  /** Sees the requests of the kubeconfig with `as`. */
  let witness: ApiProxy;

  beforeAll(async () => {
    stack = await TestStack.create("");
    const { namespace, folder } = stack;
    await createAccounts(namespace, folder, ["deployer"]);
    await kubectl(["create", "rolebinding", group, "-n", namespace, "--role=init-pod", `--group=${group}`]);
    await kubectl(["apply", "-f", "-"], { input: impersonator(group, namespace, group) });
    const tokenOf = async (account: string): Promise<string> =>
      (await kubectl(["create", "token", account, "-n", namespace])).trim();
    const token = await tokenOf("deployer");
    const admin = await adminConfig();
    cluster = admin.clusters[0]?.cluster ?? { server: "" };
    proxy = await LoopbackProxy.http();
    const own = await selfSigned(folder);
    witness = await ApiProxy.before(admin, { own });
    const { port } = new URL(cluster.server);
    const certified = await clientCertificate(folder, { user: "certified", group });
    const plain: Record<string, Fields> = {
      token: { token },
      "token-file": { tokenFile: file("token", `${token}\n`) },
      exec: {
        exec: {
          ...{ apiVersion: v1, command: pluginFor(token), args: ["--give", "token"], interactiveMode: "Never" },
          ...{ env: [{ name: "PLUGIN_SAYS", value: "please" }], installHint: "Get it.", provideClusterInfo: true },
        },
      },
      "certificate-files": {
        "client-certificate": certified.files.certificate,
        "client-key": certified.files.key,
      },
      "certificate-data": {
        "client-certificate-data": base64(certified.certificate),
        "client-key-data": base64(certified.key),
      },
    };
    for (const [name, user] of Object.entries(plain)) kubeconfigs[name] = kubeconfig(user, cluster);
    kubeconfigs.as = kubeconfig(
      {
        ...{ token: await tokenOf("impersonator"), as: "somebody", "as-uid": "42" },
        ...{ "as-groups": [group, "system:authenticated"], "as-user-extra": { reason: ["test"] } },
      },
      { server: witness.server, "certificate-authority-data": base64(own.certificate) },
    );
    kubeconfigs.proxy = kubeconfig(
      { token },
      {
        ...{ ...cluster, server: `https://nowhere.invalid:${port}`, "proxy-url": proxy.url() },
        "tls-server-name": "kubernetes.default.svc",
      },
    );
    kubeconfigs.unchecked = kubeconfig(
      { token },
      { server: cluster.server, "insecure-skip-tls-verify": true, "disable-compression": true },
    );
    deploy(kubeconfigs);
  });

  afterAll(async () => {
    await stack.remove();
    await kubectl(["delete", "clusterrole,clusterrolebinding", group]);
    proxy.stop();
    witness.close();
  });

  function file(name: string, content: string, mode = 0o600): string {
    const path = join(stack.folder, name);
    writeFileSync(path, content, { mode });
    return path;
  }

  /** A credential plugin that gives its token only where it is told all that the kubeconfig says. */
  function pluginFor(token: string): string {
    const answer = JSON.stringify({ apiVersion: v1, kind: "ExecCredential", status: { token } });
    const given = `"$PLUGIN_SAYS $* $KUBERNETES_EXEC_INFO"`;
    const told = `'please --give token '*'"server":"${cluster.server}"'*`;
    return file("plugin", `#!/bin/sh\ncase ${given} in ${told}) echo '${answer}';; esac\n`, 0o700);
  }

  function deploy(all: Record<string, string>): void {
    stack.write(program(file("kubeconfigs.json", JSON.stringify({ namespace: stack.namespace, kubeconfigs: all }))));
  }

  /** `init-pod status` with that kubeconfig. */
  async function status(name: string, content: string, ...flags: string[]): Promise<Finished> {
    const options = [...flags, "-n", stack.namespace, "--kubeconfig", file(`${name}.kubeconfig`, content)];
    return await run(process.execPath, [join(repo, "components/bin/init-pod.js"), "status", ...options], {
      env: stack.env,
    });
  }

  test("comes up with all of them, and each URL answers", async () => {
    await stack.up();
    const urls = await stack.outputs();
    const answers = Object.entries(urls).map(async ([name, url]) => [name, (await fetch(String(url))).status]);
    expect(Object.fromEntries(await Promise.all(answers))).toEqual(
      Object.fromEntries(Object.keys(kubeconfigs).map((name) => [name, 200])),
    );
  });

  test("`init-pod status` sees all Pods with each of them", async () => {
    const all = Object.keys(kubeconfigs)
      .sort()
      .map((name) => `${name} ready`);
    for (const [name, content] of Object.entries(kubeconfigs)) {
      const { code, stdout, output } = await status(name, content, "--json");
      expect(code, `${name}: ${output}`).toBe(0);
      const { initPods } = JSON.parse(stdout) as Status;
      expect(initPods.map((each) => `${each.name} ${each.state}`).sort(), name).toEqual(all);
    }
  });

  test("a second preview finds nothing to do", async () => {
    expect(Object.keys(await stack.previewed())).toEqual(["same"]);
  });

  test("all requests, the forward's too, went by the proxy of the one and as the user of the other", () => {
    expect(new Set(proxy.asked)).toEqual(new Set([`nowhere.invalid:${new URL(cluster.server).port}`]));
    const seen = witness.exchanges.map(({ asked: { headers } }) =>
      ["user", "uid", "group", "extra-reason"].map((name) => headers[`impersonate-${name}`]),
    );
    expect(witness.asked("create pods")).not.toEqual([]);
    expect(witness.asked("* pods/portforward")).not.toEqual([]);
    expect(seen).toEqual(seen.map(() => ["somebody", "42", `${group}, system:authenticated`, "test"]));
  });

  test.each([
    ["auth-provider", { "auth-provider": { name: "gcp" } }, /auth-provider "gcp" is not known to Kubernetes/],
    [
      "exec",
      { exec: { command: "true", interactiveMode: "Never", args: ["s3cret"] } },
      /exec has no apiVersion: it takes/,
    ],
  ])("`preview` and `status` refuse an unusable %s in the same words", async (name, user, says) => {
    const refused = kubeconfig(user, cluster);
    deploy({ refused });
    for (const { code, output } of [await stack.try(["preview"]), await status(name, refused)]) {
      expect(code, output).not.toBe(0);
      expect(output.replace(/\s+/g, " ")).toMatch(says);
      expect(output).not.toContain("s3cret");
    }
  });
});

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
