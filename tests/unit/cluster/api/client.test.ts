import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ClusterClient } from "../../../../components/cluster/api/client.ts";
import { ApiError, KubeconfigError, UnreachableError } from "../../../../components/cluster/api/errors.ts";
import { dist } from "../../builtPackage.ts";
import { credentialPlugin, execUser } from "../credentialPlugin.ts";
import { answer, FakeCluster, kubeconfig, refuse, until } from "../fakeCluster.ts";

let cluster: FakeCluster;
let folder: string;
const clients: ClusterClient[] = [];

beforeEach(async () => {
  cluster = await FakeCluster.start();
  folder = mkdtempSync(join(tmpdir(), "init-pod-client-"));
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function connected(config = kubeconfig(cluster.url)): Promise<ClusterClient> {
  const client = await ClusterClient.connect({ kubeconfig: config });
  clients.push(client);
  return client;
}

function listenOn(server: Server | TcpServer): Promise<number> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));
}

const plugin = (body?: string): ReturnType<typeof credentialPlugin> => credentialPlugin(folder, body);

describe("credentials", () => {
  let secure: FakeCluster;

  beforeEach(async () => {
    secure = await FakeCluster.startSecure();
  });

  afterEach(() => secure.stop());

  test("are got once for many requests at a time", async () => {
    const { command, runs } = plugin("sleep 0.2");
    const client = await connected(secure.kubeconfig(execUser(command)));
    await Promise.all(Array.from({ length: 20 }, () => client.json("/version")));
    expect(runs()).toHaveLength(1);
    expect(new Set(secure.tokens)).toEqual(new Set(["Bearer token-1"]));
  });

  test("are renewed once when they have expired, and each request is made again", async () => {
    const { command, runs } = plugin();
    const client = await connected(secure.kubeconfig(execUser(command)));
    await client.json("/version");
    secure.override = (_asked, response) => {
      if (secure.tokens.at(-1) !== "Bearer token-1") return false;
      refuse(response, 401, "Unauthorized");
      return true;
    };
    await Promise.all(Array.from({ length: 5 }, () => client.json("/version")));
    expect(runs()).toHaveLength(2);
    expect(secure.tokens.at(-1)).toBe("Bearer token-2");
  });

  test("that are refused for good are an error after one more attempt", async () => {
    secure.override = (_asked, response) => {
      refuse(response, 401, "Unauthorized");
      return true;
    };
    const client = await connected(secure.kubeconfig());
    await expect(client.json("/version")).rejects.toMatchObject({ status: 401 });
    expect(secure.requests).toHaveLength(2);
  });

  test("come from a token's file, whose rotation is noticed", async () => {
    const tokenFile = join(folder, "token");
    writeFileSync(tokenFile, "old\n");
    const client = await connected(secure.kubeconfig({ tokenFile }));
    await client.json("/version");
    expect(secure.tokens).toEqual(["Bearer old"]);
    writeFileSync(tokenFile, "new\n");
    secure.override = (_asked, response) => {
      if (secure.tokens.at(-1) !== "Bearer old") return false;
      refuse(response, 401, "Unauthorized");
      return true;
    };
    await client.json("/version");
    expect(secure.tokens.at(-1)).toBe("Bearer new");
  });

  test("that a plugin doesn't give are an error with the plugin's words", async () => {
    const { command } = plugin("echo 'run: login first' >&2; exit 1");
    const client = await connected(secure.kubeconfig(execUser(command)));
    const error = await client.json("/version").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(KubeconfigError);
    expect((error as Error).message).toMatch(/from its credential plugin .*plugin\.sh: run: login first/);
    const { command: killed } = plugin("kill -9 $$");
    const without = await connected(secure.kubeconfig(execUser(killed, { args: ["s3cret"] })));
    await expect(without.json("/version")).rejects.toThrow(
      /plugin\.sh: it ended with signal SIGKILL and said nothing$/,
    );
    const missing = await connected(secure.kubeconfig(execUser("no-such-plugin")));
    await expect(missing.json("/version")).rejects.toThrow(/no-such-plugin: spawn no-such-plugin ENOENT/);
  });

  test("are asked for with the cluster's data where the plugin wants it", async () => {
    const { command, runs } = plugin();
    const client = await connected(secure.kubeconfig(execUser(command, { provideClusterInfo: true })));
    await client.json("/version");
    expect(JSON.parse(runs()[0] ?? "")).toMatchObject({
      kind: "ExecCredential",
      spec: { interactive: false, cluster: { server: secure.url } },
    });
  });
});

describe("errors", () => {
  test("of a refused connection say what was tried", async () => {
    const client = await connected(kubeconfig("http://localhost:1"));
    const error = await client.json("/version").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UnreachableError);
    expect((error as Error).message).toMatch(/ECONNREFUSED/);
  });

  test("come in time where headers don't", async () => {
    cluster.override = () => true;
    const client = await connected();
    await expect(client.json("/version", { timeoutMs: 200 })).rejects.toThrow("no answer within 0.2 s");
  });

  test("come in time where a body stalls, and not while it goes on", async () => {
    cluster.override = (_asked, response) => {
      response.writeHead(200).write('{"a":');
      return true;
    };
    const client = await connected();
    await expect(client.json("/version", { timeoutMs: 200 })).rejects.toThrow("the answer stalled for 0.2 s");
    cluster.override = (_asked, response) => {
      let left = 6;
      const timer = setInterval(() => {
        response.write(" ");
        if (--left === 0) response.end("{}");
        if (left === 0) clearInterval(timer);
      }, 100);
      return true;
    };
    expect(await client.json("/version", { timeoutMs: 300 })).toEqual({});
  });

  test("of the API carry its message, those of a proxy the start of its page", async () => {
    const client = await connected();
    cluster.override = (_asked, response) => {
      refuse(response, 403, "no right");
      return true;
    };
    await expect(client.json("/version")).rejects.toMatchObject({ status: 403, message: "no right" });
    cluster.override = (_asked, response) => answer(response, "<h1>Bad\n gateway</h1>", 502);
    const error = await client.json("/version").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    expect((error as Error).message).toBe("HTTP status 502: <h1>Bad gateway</h1>");
  });

  test("name a server that isn't Kubernetes", async () => {
    cluster.override = (_asked, response) => answer(response, "<html>");
    const client = await connected();
    await expect(client.json("/version")).rejects.toThrow(/answers, but not as a Kubernetes API server/);
  });
});

describe("the way to the server", () => {
  test("keeps a path of the server's URL", async () => {
    const client = await connected(kubeconfig(`${cluster.url}/k8s/clusters/c-1/`));
    await client.json("/version");
    expect(cluster.requests).toEqual(["get /k8s/clusters/c-1/version /k8s/clusters/c-1/version"]);
  });

  test("goes on with a new connection where an idle one was closed", async () => {
    const client = await connected();
    for (let round = 0; round < 5; round++) {
      await client.json("/version");
      cluster.cut();
    }
    await client.json("/version");
  });

  test("takes the certificate's name, authority and the choice not to check from the kubeconfig", async () => {
    execFileSync("openssl", [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"],
      ...["-subj", "/CN=inner", "-addext", "subjectAltName=DNS:inner.example"],
      ...["-keyout", join(folder, "key"), "-out", join(folder, "cert")],
    ]);
    const cert = readFileSync(join(folder, "cert"));
    const server = createTlsServer({ key: readFileSync(join(folder, "key")), cert }, (_request, response) =>
      response.end("{}"),
    );
    const url = `https://127.0.0.1:${await listenOn(server)}`;
    const authority = { "certificate-authority-data": cert.toString("base64") };
    try {
      const named = await connected(kubeconfig(url, {}, { ...authority, "tls-server-name": "inner.example" }));
      expect(await named.json("/version")).toEqual({});
      const unnamed = await connected(kubeconfig(url, {}, authority));
      await expect(unnamed.json("/version")).rejects.toThrow(/altnames/);
      const unknown = await connected(kubeconfig(url));
      await expect(unknown.json("/version")).rejects.toThrow(/self-signed/);
      const unchecked = await connected(kubeconfig(url, {}, { "insecure-skip-tls-verify": true }));
      expect(await unchecked.json("/version")).toEqual({});
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test("leads through the kubeconfig's proxy", async () => {
    const asked: string[] = [];
    const proxy = createHttpServer();
    proxy.on("connect", (request, socket) => {
      asked.push(request.url ?? "");
      const to = connect(Number(request.url?.split(":")[1]), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        socket.pipe(to).pipe(socket);
      });
      to.on("error", () => socket.destroy());
      socket.on("error", () => to.destroy());
    });
    const port = await listenOn(proxy);
    try {
      const client = await connected(kubeconfig(cluster.url, {}, { "proxy-url": `http://127.0.0.1:${port}` }));
      await client.json("/version");
      expect(asked).toEqual([new URL(cluster.url).host]);
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  });

  test("gives up on a proxy that says nothing", async () => {
    const proxy = createTcpServer(() => undefined);
    const port = await listenOn(proxy);
    const client = await connected(kubeconfig(cluster.url, {}, { "proxy-url": `http://127.0.0.1:${port}` }));
    await expect(client.json("/version", { timeoutMs: 300 })).rejects.toThrow("no answer within 0.3 s");
    proxy.close();
  });
});

describe("a process that used a client", () => {
  test("ends by itself, though nobody closed the client", async () => {
    cluster.set("web", { phase: "Running" });
    const child = await ended(`
      const client = await ClusterClient.connect({ kubeconfig });
      await client.json("/version");
      const watch = new PodWatch(client, "shop", "");
      await new Promise((resolve) => {
        const stop = watch.subscribe({ name: "web", uid: "uid-web" }, { changed: () => { stop(); resolve(); }, failed: resolve });
      });
      await client.json("/version");
      console.log("done");
    `);
    expect(child).toMatchObject({ code: 0, output: "done\n" });
    expect(child.seconds).toBeLessThan(8);
  });

  test("ends by itself once a wait has reached its deadline with a silent server", async () => {
    cluster.set("web", { phase: "Pending" });
    cluster.override = ({ right }) => right !== "get pods";
    const child = await ended(`
      const client = await ClusterClient.connect({ kubeconfig });
      const watch = new PodWatch(client, "shop", "");
      const error = await waitUntilReady({
        client, watch, namespace: "shop", podName: "web", podUid: "uid-web", retries: 1, mustServe: true,
        existed: false, timeoutSeconds: 2, mask: (text) => text, report: () => undefined,
      }).catch((reason) => reason);
      console.log(error.verdict.reason);
    `);
    expect(child).toMatchObject({ code: 0, output: "Timeout\n" });
    expect(child.seconds).toBeLessThan(15);
  });

  /** Runs the body of a module that has our classes, as the package's users do, in a process of its own. */
  async function ended(body: string): Promise<{ code: number | null; output: string; seconds: number }> {
    const program = join(folder, "program.cjs");
    const built = join(dist, "cluster");
    writeFileSync(
      program,
      `const { ClusterClient } = require("${built}/api/client.js");
      const { PodWatch } = require("${built}/pods/podWatch.js");
      const { waitUntilReady } = require("${built}/wait/waitReady.js");
      const kubeconfig = ${JSON.stringify(kubeconfig(cluster.url))};
      void (async () => { ${body} })();`,
    );
    const start = performance.now();
    const child = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const timer = setTimeout(() => child.kill("SIGKILL"), 18_000);
    let code: number | null | undefined;
    child.on("close", (status) => (code = status));
    await until(() => code !== undefined, 19);
    clearTimeout(timer);
    return { code: code ?? null, output, seconds: (performance.now() - start) / 1000 };
  }
});
