import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterAccess } from "../../../components/cluster/api/access.ts";
import type { Pod, PodEvent, PodStatus } from "../../../components/cluster/pods/pod.ts";
import { type Certificate, loopbackCertificate, trusting } from "../loopbackCertificate.ts";

export const namespace = "shop";

interface WatchEvent {
  type: string;
  object: object;
  version: number;
}

/** An API server on loopback, with real sockets, that lists and watches the Pods of one namespace and serves their logs. */
export class FakeCluster {
  readonly requests: string[] = [];
  readonly tokens: (string | undefined)[] = [];
  /** Lines by container. */
  readonly logs = new Map<string, string[]>();
  readonly bookmarks: string[] = [];
  events: PodEvent[] = [];
  /** Answers a request instead of the server, or says `false`. */
  override: (request: Asked, response: ServerResponse) => boolean = () => false;
  /** Rights that are missing, such as `watch pods`. */
  readonly forbidden = new Set<string>();
  /** Ends each watch after this time. */
  watchMs: number | undefined;
  /** Versions before it are gone. */
  oldestVersion = 0;
  #version = 100;
  readonly #pods = new Map<string, Pod>();
  readonly #unlabelled = new Set<string>();
  readonly #history: WatchEvent[] = [];
  readonly #watchers = new Set<ServerResponse>();
  readonly #sockets = new Set<Socket>();
  readonly #certificate: Certificate | undefined;
  #server: Server;
  #port = 0;

  private constructor(certificate?: Certificate) {
    this.#certificate = certificate;
    this.#server = this.#create();
  }

  static async start(certificate?: Certificate): Promise<FakeCluster> {
    const cluster = new FakeCluster(certificate);
    await cluster.listen();
    return cluster;
  }

  /** One with TLS, without which no credentials are sent. */
  static async startSecure(): Promise<FakeCluster> {
    return await FakeCluster.start(loopbackCertificate());
  }

  /** Starts again on the same port after `stop`. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Cuts all connections and stops to listen. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
    this.#server = this.#create();
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  get url(): string {
    return `${this.#certificate === undefined ? "http" : "https"}://127.0.0.1:${this.#port}`;
  }

  get access(): ClusterAccess {
    return { kubeconfig: this.kubeconfig() };
  }

  kubeconfig(user?: object): string {
    return kubeconfig(this.url, user, this.#certificate === undefined ? {} : trusting(this.#certificate));
  }

  get openWatches(): number {
    return this.#watchers.size;
  }

  count(pattern: RegExp): number {
    return this.requests.filter((request) => pattern.test(request)).length;
  }

  set(name: string, status: PodStatus, more: Partial<Pod["metadata"]> = {}): Pod {
    this.#version++;
    const known = this.#pods.get(name);
    const pod = podOf(name, status, { resourceVersion: String(this.#version), ...more });
    this.#pods.set(name, pod);
    this.#emit(known?.metadata.uid === pod.metadata.uid ? "MODIFIED" : "ADDED", pod);
    return pod;
  }

  delete(name: string): void {
    const pod = this.#pods.get(name);
    this.#pods.delete(name);
    this.#version++;
    if (pod) this.#emit("DELETED", { ...pod, metadata: { ...pod.metadata, resourceVersion: String(this.#version) } });
  }

  /** Takes the labels of a Pod away: lists and watches, which select by them, tell of it no more. */
  unlabel(name: string): void {
    const pod = this.#pods.get(name);
    if (pod === undefined) return;
    this.#version++;
    const resourceVersion = String(this.#version);
    this.#emit("DELETED", { ...pod, metadata: { ...pod.metadata, resourceVersion } });
    this.#pods.set(name, { ...pod, metadata: { ...pod.metadata, labels: {}, resourceVersion } });
    this.#unlabelled.add(name);
  }

  bookmark(): void {
    this.#version++;
    this.#emit("BOOKMARK", { metadata: { resourceVersion: String(this.#version) } });
  }

  /** Tells all watches of it, as a cache does that repeats itself. */
  tell(event: object): void {
    for (const watcher of this.#watchers) watcher.write(JSON.stringify(event) + "\n");
  }

  /** Tells all watches that their version is too old. */
  expire(): void {
    this.oldestVersion = this.#version + 1;
    const object = { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" };
    for (const watcher of this.#watchers) watcher.end(JSON.stringify({ type: "ERROR", object }) + "\n");
    this.#watchers.clear();
    this.#version++;
  }

  #create(): Server {
    const answer = (request: IncomingMessage, response: ServerResponse): void => this.#answer(request, response);
    const server =
      this.#certificate === undefined ? createServer(answer) : createTlsServer({ ...this.#certificate }, answer);
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    return server;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "", "http://api");
    const asked = new Asked(request.method ?? "GET", url);
    this.requests.push(asked.text);
    this.tokens.push(request.headers.authorization);
    if (this.override(asked, response)) return;
    if (this.forbidden.has(asked.right)) {
      refuse(response, 403, `pods is forbidden: User "me" cannot ${asked.right} in the namespace "${namespace}"`);
    } else if (asked.right === "watch pods") this.#watch(asked, response);
    else if (asked.right === "list pods") {
      const isOthers = url.searchParams.get("labelSelector")?.startsWith("!") === true;
      const items = [...this.#pods.values()].filter(
        ({ metadata: { name } }) => this.#unlabelled.has(name) === isOthers,
      );
      response.end(JSON.stringify({ metadata: { resourceVersion: String(this.#version) }, items }));
    } else if (asked.right === "get pods") {
      const pod = this.#pods.get(asked.name);
      if (pod) response.end(JSON.stringify(pod));
      else refuse(response, 404, `pods "${asked.name}" not found`);
    } else if (asked.right === "list events") response.end(JSON.stringify({ items: this.events }));
    else if (asked.right === "get pods/log") {
      const lines = this.logs.get(url.searchParams.get("container") ?? "") ?? [];
      const stamp = url.searchParams.has("timestamps") ? "2026-01-01T00:00:01.000000001Z " : "";
      response.end(lines.map((line) => `${stamp}${line}\n`).join(""));
    } else response.end("{}");
  }

  #watch({ url }: Asked, response: ServerResponse): void {
    const from = Number(url.searchParams.get("resourceVersion"));
    this.bookmarks.push(String(from));
    if (from < this.oldestVersion) {
      refuse(response, 410, "too old resource version");
      return;
    }
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    for (const { type, object, version } of this.#history) {
      if (version > from) response.write(JSON.stringify({ type, object }) + "\n");
    }
    this.#watchers.add(response);
    response.on("close", () => this.#watchers.delete(response));
    if (this.watchMs === undefined) return;
    setTimeout(() => {
      this.#watchers.delete(response);
      response.end();
    }, this.watchMs);
  }

  #emit(type: string, object: object): void {
    this.#history.push({ type, object, version: this.#version });
    for (const watcher of this.#watchers) watcher.write(JSON.stringify({ type, object }) + "\n");
  }
}

/** A request, in the terms of Kubernetes' rights. */
export class Asked {
  constructor(
    readonly method: string,
    readonly url: URL,
  ) {}

  get name(): string {
    return /\/pods\/([^/]+)/.exec(this.url.pathname)?.[1] ?? "";
  }

  get right(): string {
    const { pathname, searchParams } = this.url;
    if (pathname.endsWith("/events")) return "list events";
    if (pathname.endsWith("/log")) return "get pods/log";
    if (pathname.endsWith("/pods")) return searchParams.has("watch") ? "watch pods" : "list pods";
    return /\/pods\/[^/]+$/.test(pathname) ? "get pods" : `get ${pathname}`;
  }

  get text(): string {
    return `${this.right} ${this.url.pathname}${this.url.search}`;
  }
}

/** Answers a request, for `override`. */
export function answer(response: ServerResponse, body: string, status = 200): true {
  response.writeHead(status).end(body);
  return true;
}

export function refuse(response: ServerResponse, code: number, message: string): void {
  response.writeHead(code, { "content-type": "application/json" });
  response.end(JSON.stringify({ kind: "Status", code, message }));
}

export function kubeconfig(server: string, user: object = { token: "a-token" }, cluster: object = {}): string {
  return JSON.stringify({
    "current-context": "fake",
    clusters: [{ name: "fake", cluster: { server, ...cluster } }],
    users: [{ name: "me", user }],
    contexts: [{ name: "fake", context: { cluster: "fake", user: "me" } }],
  });
}

/** By what an InitPod finds its Pod. */
export const marks = {
  labels: { "init-pod.dev/id": "web-0123456789" },
  annotations: { "init-pod.dev/retry": "first" },
};

export function podOf(name: string, status: PodStatus, metadata: Partial<Pod["metadata"]> = {}): Pod {
  return {
    metadata: { ...marks, name, namespace, uid: `uid-${name}`, creationTimestamp: "2026-01-01T00:00:00Z", ...metadata },
    spec: {
      restartPolicy: "Always",
      initContainers: [{ name: "first" }, { name: "second" }],
      containers: [{ name: "app" }],
      nodeName: "node",
    },
    status: { phase: "Pending", startTime: "2026-01-01T00:00:00Z", ...status },
  };
}

const scheduled = { type: "PodScheduled", status: "True" };

/** Statuses of a Pod with the init containers `first` and `second`, in the order in which they come. */
export const stages = {
  created: { conditions: [{ type: "PodScheduled", status: "False" }] },
  mounting: {
    conditions: [scheduled, { type: "Initialized", status: "False" }],
    initContainerStatuses: ["first", "second"].map((container) => ({
      name: container,
      restartCount: 0,
      state: { waiting: { reason: "PodInitializing" } },
    })),
  },
  first: {
    conditions: [scheduled, { type: "Initialized", status: "False" }],
    initContainerStatuses: [
      { name: "first", restartCount: 0, containerID: "c://first", state: { running: {} } },
      { name: "second", restartCount: 0, state: { waiting: { reason: "PodInitializing" } } },
    ],
  },
  failed: {
    conditions: [scheduled, { type: "Initialized", status: "False" }],
    initContainerStatuses: [
      {
        name: "first",
        restartCount: 1,
        containerID: "c://first2",
        state: { waiting: { reason: "CrashLoopBackOff" } },
        lastState: { terminated: { exitCode: 7, reason: "Error", containerID: "c://first2" } },
      },
      { name: "second", restartCount: 0, state: { waiting: { reason: "PodInitializing" } } },
    ],
  },
  failedOnce: {
    conditions: [scheduled, { type: "Initialized", status: "False" }],
    initContainerStatuses: [
      {
        name: "first",
        restartCount: 0,
        containerID: "c://first1",
        state: { terminated: { exitCode: 7, reason: "Error", containerID: "c://first1" } },
      },
      { name: "second", restartCount: 0, state: { waiting: { reason: "PodInitializing" } } },
    ],
  },
  ready: {
    phase: "Running",
    conditions: [scheduled, { type: "Initialized", status: "True" }, { type: "Ready", status: "True" }],
    initContainerStatuses: ["first", "second"].map((container) => ({
      name: container,
      restartCount: 0,
      containerID: `c://${container}`,
      state: { terminated: { exitCode: 0, reason: "Completed", containerID: `c://${container}` } },
    })),
    containerStatuses: [
      { name: "app", restartCount: 0, ready: true, started: true, containerID: "c://app", state: { running: {} } },
    ],
  },
} satisfies Record<string, PodStatus>;

/** Waits until `condition` holds, and fails where it doesn't in time. */
export async function until(condition: () => boolean, seconds = 5): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not within ${seconds} s: ${condition.toString()}`);
    await sleep(10);
  }
}
