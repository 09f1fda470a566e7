import { mkdtempSync, rmSync } from "node:fs";
import { type Agent, createServer, get, type IncomingHttpHeaders, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Daemon, type DaemonTiming } from "../../../components/forward/daemon/daemon.ts";
import type { Clocks } from "../../../components/forward/daemon/sleepSensor.ts";
import { type ForwardRequest, writeDesired } from "../../../components/forward/state/desired.ts";
import { takeLock } from "../../../components/forward/state/lock.ts";
import { ownIdentity } from "../../../components/forward/state/processIdentity.ts";
import { ensureStateFolder } from "../../../components/forward/state/stateFolder.ts";
import type { Certificate } from "../loopbackCertificate";
import { FakeApi } from "./fakeApi";

/** An empty state folder, gone after the test. */
export function temporaryFolder(): string {
  const parent = mkdtempSync(join(tmpdir(), "init-pod-test-"));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const folder = join(parent, "init-pod");
  ensureStateFolder(folder);
  return folder;
}

export async function fakeApi(certificate?: Certificate): Promise<FakeApi> {
  const api = new FakeApi(certificate);
  await api.start();
  onTestFinished(() => api.stop());
  return api;
}

/** An HTTP server that plays the app; its port. */
export async function httpApp(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  onTestFinished(() => {
    server.closeAllConnections();
  });
  return await listen(server);
}

export async function tcpApp(listener: (socket: Socket) => void): Promise<number> {
  return await listen(createTcpServer({ allowHalfOpen: true }, listener));
}

async function listen(server: Server): Promise<number> {
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function requestFor(api: FakeApi, more: Partial<ForwardRequest> = {}): Promise<ForwardRequest> {
  return {
    id: "web-0123456789",
    name: "web",
    access: { kubeconfig: api.kubeconfig },
    clusterUid: "cluster",
    context: "fake",
    server: api.url,
    namespace: "default",
    selector: { app: "web" },
    podPort: 80,
    localPort: await freePort(),
    protocol: "http",
    ...more,
  };
}

/** A daemon inside the test, for one forward. */
export function runDaemon(
  folder: string,
  request: ForwardRequest,
  timing: Partial<DaemonTiming> = {},
  clocks?: Clocks,
): { key: string; ended: Promise<void>; lines: string[] } {
  const { key } = writeDesired(folder, request, "1.0.0");
  const lock = { ...ownIdentity(), version: "1.0.0" };
  takeLock(folder, lock);
  const lines: string[] = [];
  const stop = new AbortController();
  const ended = new Daemon(folder, lock, (line) => lines.push(line), clocks, timing).run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await ended;
  });
  return { key, ended, lines };
}

export async function until(condition: () => boolean, ms = 10_000): Promise<void> {
  const startedAt = performance.now();
  while (!condition()) {
    if (performance.now() - startedAt > ms) throw new Error(`not so within ${ms} ms: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export async function ask(
  port: number,
  path = "/",
  headers: Record<string, string> = {},
  agent?: Agent,
): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, path, headers, agent: agent ?? false }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (body += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      response.on("error", reject);
    }).on("error", reject);
  });
}
