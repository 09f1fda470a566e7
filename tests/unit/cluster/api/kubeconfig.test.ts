import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ClusterAccess } from "../../../../components/cluster/api/access.ts";
import { KubeconfigError } from "../../../../components/cluster/api/errors.ts";
import { loadKubeConfig } from "../../../../components/cluster/api/kubeconfig.ts";
import { inClusterConfig } from "../../../../components/cluster/api/kubeconfig/inCluster.ts";
import { environmentProxy } from "../../../../components/cluster/api/kubeconfig/proxy.ts";
import { loopbackCertificate } from "../../loopbackCertificate.ts";
import { credentialPlugin, execUser } from "../credentialPlugin.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "init-pod-kubeconfig-"));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function config(server: string, user: object = {}, cluster: object = {}): string {
  return JSON.stringify({
    "current-context": `context-${server}`,
    clusters: [{ name: "cluster", cluster: { server: `https://${server}`, ...cluster } }],
    users: [{ name: "user", user }],
    contexts: [{ name: `context-${server}`, context: { cluster: "cluster", user: "user", namespace: server } }],
  });
}

async function configOf(access: ClusterAccess) {
  return (await loadKubeConfig(access)).config;
}

async function errorOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(KubeconfigError);
  return (error as Error).message;
}

describe("several kubeconfig files", () => {
  test("are merged as by kubectl: the first that sets a value or an entry wins", async () => {
    const paths = [
      file("a", config("one", { token: "a" })),
      join(folder, "missing"),
      file("empty", ""),
      file("b", config("two", { token: "b" })),
    ];
    const merged = await configOf({ kubeconfigPath: paths.join(delimiter) });
    expect(merged.getCurrentContext()).toBe("context-one");
    expect(merged.getCurrentCluster()?.server).toBe("https://one");
    expect(merged.getCurrentUser()?.token).toBe("a");
    const other = await configOf({ kubeconfigPath: paths.join(delimiter), context: "context-two" });
    // Its cluster and user have the same names as those of the first file.
    expect(other.getCurrentCluster()?.server).toBe("https://one");
    expect(other.getCurrentUser()?.token).toBe("a");
  });

  test("take their current context from the first file that has one", async () => {
    const paths = [file("a", JSON.stringify({ clusters: null, contexts: [], users: [] })), file("b", config("two"))];
    const merged = await configOf({ kubeconfigPath: paths.join(delimiter) });
    expect(merged.getCurrentContext()).toBe("context-two");
  });
});

describe("paths in a kubeconfig", () => {
  test("are relative to its folder", async () => {
    mkdirSync(join(folder, "sub"));
    mkdirSync(join(folder, "bin"));
    const { cert, key } = loopbackCertificate();
    file("sub/token", "from-file\n");
    file("sub/me.crt", cert);
    file("me.key", key);
    file("sub/ca.crt", cert);
    const user = { "client-certificate": "me.crt", "client-key": "../me.key", tokenFile: "token", token: "plain" };
    const path = file("sub/config", config("one", user, { "certificate-authority": "ca.crt" }));
    const loaded = await configOf({ kubeconfigPath: path });
    expect(loaded.getCurrentCluster()?.caFile).toBe(join(folder, "sub", "ca.crt"));
    expect(loaded.getCurrentUser()).toMatchObject({
      certFile: join(folder, "sub", "me.crt"),
      keyFile: join(folder, "me.key"),
      token: "from-file",
    });
  });

  test("of plugins too, unless it is a plain name, which is looked up on the PATH", async () => {
    const { command } = credentialPlugin(folder);
    mkdirSync(join(folder, "sub"));
    const path = file("sub/config", config("one", execUser("../plugin.sh")));
    expect(await (await loadKubeConfig({ kubeconfigPath: path })).plugin?.()).toMatchObject({ token: "token-1" });
    vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
    const plain = file("sub/config", config("one", execUser(basename(command))));
    expect(await (await loadKubeConfig({ kubeconfigPath: plain })).plugin?.()).toMatchObject({ token: "token-2" });
  });

  test("of a provider's kubeconfig are relative to the folder that it was read in", async () => {
    file("token", "from-file");
    const content = config("one", { tokenFile: "token" });
    expect((await configOf({ kubeconfig: content, folder })).getCurrentUser()?.token).toBe("from-file");
  });

  test("may start with a tilde where they name a kubeconfig", async () => {
    const message = await errorOf(loadKubeConfig({ kubeconfigPath: "~/no-such-folder/config" }));
    expect(message).toContain(join(homedir(), "no-such-folder", "config"));
  });
});

describe("a kubeconfig that can't be used", () => {
  const secret = "very-secret-token";

  test.each([
    ["not valid YAML", `users:\n- name: me\n  user: { token: ${secret}\nb: c: d`, /it is not valid YAML \(line \d+\)/],
    ["a plain text", secret, /it is no kubeconfig/],
    ["a list", `- ${secret}`, /it is no kubeconfig/],
    ["a map of something else", `users: ${secret}`, /it is no kubeconfig/],
    ["empty", "", /it is empty. Set KUBECONFIG/],
    ["without a current context", JSON.stringify({ users: [{ name: secret }] }), /has no current context. Choose one/],
    ["with a context that is missing", `current-context: here\ncontexts: []`, /No context "here" .*It has: none/],
    [
      "with a server that is no URL",
      config("one").replace("https://one", `https://[${secret}`),
      /Cluster "cluster" of .*: its server is not a URL/,
    ],
    [
      "with a context whose cluster is missing",
      config("one").replace('"name":"cluster"', '"name":"another"'),
      /No cluster "cluster" in .*, which context "context-one" names. It has: another/,
    ],
  ])("because it is %s is named, and its content is not", async (_name, content, expected) => {
    const path = file("config", content);
    const message = await errorOf(loadKubeConfig({ kubeconfigPath: path }));
    expect(message).toMatch(expected);
    expect(message).toContain(path);
    expect(message).not.toContain(secret);
  });

  test("because it is a directory or missing is named", async () => {
    expect(await errorOf(loadKubeConfig({ kubeconfigPath: folder }))).toContain("it is a directory");
    const message = await errorOf(loadKubeConfig({ kubeconfigPath: join(folder, "no-such") }));
    expect(message).toMatch(/no such file. Set KUBECONFIG/);
  });

  test("as content of the provider is not shown", async () => {
    const message = await errorOf(loadKubeConfig({ kubeconfig: `a: b: ${secret}` }));
    expect(message).toBe("Can't read the provider's kubeconfig: it is not valid YAML (line 1).");
    expect(await errorOf(loadKubeConfig({ kubeconfig: "" }))).toBe("The provider's kubeconfig is empty.");
  });

  test("for a context or a cluster that it doesn't have says which it has", async () => {
    const path = file("config", config("one"));
    expect(await errorOf(loadKubeConfig({ kubeconfigPath: path, context: "two" }))).toMatch(
      /No context "two" in .*It has: context-one/,
    );
    expect(await errorOf(loadKubeConfig({ kubeconfigPath: path, cluster: "two" }))).toMatch(
      /No cluster "two" in .*It has: cluster/,
    );
  });

  test("as one of several paths of a provider, which takes one, says where several belong", async () => {
    const paths = [file("a", config("one")), file("b", config("two"))];
    expect(await errorOf(loadKubeConfig({ kubeconfig: paths.join(delimiter) }))).toMatch(
      /^The provider's kubeconfig names several files, and a provider takes one: .* KUBECONFIG/,
    );
    const message = await errorOf(loadKubeConfig({ kubeconfig: secret }));
    expect(message).toMatch(/is neither a kubeconfig nor the path of a file that exists/);
    expect(message).not.toContain(secret);
  });

  test("in an entry that nobody uses is no error", async () => {
    const raw = JSON.parse(config("one")) as { contexts: object[]; users: object[] };
    raw.contexts.push({ name: "half" });
    raw.users.push({});
    const loaded = await configOf({ kubeconfigPath: file("config", JSON.stringify(raw)) });
    expect(loaded.getCurrentContext()).toBe("context-one");
  });
});

describe("a proxy of the environment", () => {
  const server = new URL("https://api.example.com:6443");

  test("is used for a server, unless the kubeconfig names one", async () => {
    vi.stubEnv("HTTPS_PROXY", "proxy.example:3128");
    const loaded = await configOf({ kubeconfig: config("one") });
    expect(loaded.getCurrentCluster()?.proxyUrl).toBe("http://proxy.example:3128");
    const own = await configOf({ kubeconfig: config("one", {}, { "proxy-url": "socks5://own:1" }) });
    expect(own.getCurrentCluster()?.proxyUrl).toBe("socks5h://own:1");
  });

  test.each([
    ["", true],
    ["other.example", true],
    ["api.example.com:443", true],
    ["10.0.0.0/8", true],
    ["*", false],
    ["api.example.com", false],
    ["api.example.com:6443", false],
    ["example.com", false],
    [".example.com", false],
    ["foo, *.example.com", false],
  ])("with NO_PROXY=%s: %s", (exempt, isUsed) => {
    const proxy = environmentProxy(server, { https_proxy: "http://proxy:1", NO_PROXY: exempt });
    expect(proxy).toBe(isUsed ? "http://proxy:1" : undefined);
  });

  test.each([
    ["https://127.0.0.1:6443", "", false],
    ["https://localhost:6443", "", false],
    ["https://[::1]:6443", "", false],
    ["https://10.1.2.3", "10.0.0.0/8", false],
    ["https://11.1.2.3", "10.0.0.0/8", true],
    ["https://[fd00::1]", "fd00::/8", false],
    ["https://10.1.2.3", "10.1.2.3", false],
    ["http://10.1.2.3", "", false],
  ])("for %s with NO_PROXY=%s: %s", (url, exempt, isUsed) => {
    const proxy = environmentProxy(new URL(url), { HTTPS_PROXY: "http://proxy:1", NO_PROXY: exempt });
    expect(proxy).toBe(isUsed ? "http://proxy:1" : undefined);
  });
});

describe("a user that makes its requests as another one", () => {
  const headersOf = async (user: object): Promise<unknown> =>
    (await loadKubeConfig({ kubeconfig: config("one", user) })).headers;

  test("says so by the headers that kubectl sends", async () => {
    const all = {
      ...{ token: "t", as: "deployer", "as-uid": "42", "as-groups": ["deployers", "people"] },
      "as-user-extra": { reason: ["release"], "example.com/über": ["a", "b"] },
    };
    expect(await headersOf(all)).toEqual({
      "Impersonate-User": "deployer",
      "Impersonate-Uid": "42",
      "Impersonate-Group": ["deployers", "people"],
      "Impersonate-Extra-reason": ["release"],
      "Impersonate-Extra-example.com%2F%C3%BCber": ["a", "b"],
    });
    expect(await headersOf({ as: "deployer", "as-groups": null, "as-uid": "" })).toEqual({
      "Impersonate-User": "deployer",
    });
    expect(await headersOf({ token: "t", "as-groups": [], "as-user-extra": {} })).toEqual({});
  });

  test.each([{ "as-groups": ["deployers"] }, { "as-uid": "42" }, { "as-user-extra": { reason: ["release"] } }])(
    "is refused without that one's name: %o",
    async (user) => {
      const [field = ""] = Object.keys(user);
      const message = await errorOf(loadKubeConfig({ kubeconfig: config("one", { token: "t", ...user }) }));
      expect(message).toBe(
        `User "user" of the provider's kubeconfig: it has ${field}, and no \`as\`: say as which user.`,
      );
    },
  );
});

test("a kubeconfig may begin with a byte order mark", async () => {
  expect((await configOf({ kubeconfig: `\ufeff${config("one")}` })).getCurrentContext()).toBe("context-one");
});

test("a kubeconfig whose path has the separator of paths in it is one", async () => {
  const path = file(`a${delimiter}b`, config("one"));
  expect((await configOf({ kubeconfigPath: path })).getCurrentContext()).toBe("context-one");
});

describe("inside a Pod", () => {
  const env = { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "8080" };

  test("its service account is taken, over TLS whatever the port, with the namespace that the provider takes", () => {
    file("token", "t");
    file("ca.crt", loopbackCertificate().cert);
    file("namespace", "of-account\n");
    const own = inClusterConfig(env, folder);
    expect(own?.clusters.get("in-cluster")).toEqual({
      server: "https://[fd00::1]:8080",
      "certificate-authority": join(folder, "ca.crt"),
    });
    expect(own?.users.get("in-cluster")).toEqual({ tokenFile: join(folder, "token") });
    expect(own?.contexts.get("in-cluster")).toMatchObject({ namespace: "of-account" });
    const chosen = inClusterConfig({ ...env, POD_NAMESPACE: "chosen" }, folder);
    expect(chosen?.contexts.get("in-cluster")).toMatchObject({ namespace: "chosen" });
  });

  test("is only where there are an address and a token", () => {
    expect(inClusterConfig(env, folder)).toBeUndefined();
    mkdirSync(join(folder, "token"));
    expect(inClusterConfig(env, folder)).toBeUndefined();
    rmSync(join(folder, "token"), { recursive: true });
    file("token", "t");
    expect(inClusterConfig({ ...env, KUBERNETES_SERVICE_PORT: "" }, folder)).toBeUndefined();
    expect(inClusterConfig(env, folder)).toBeDefined();
  });
});
