import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { type Certificate, trusting } from "../loopbackCertificate";
import { FakeNode } from "./fakeNode";

/** Part of a Pod, as a test describes it. */
export interface FakePod {
  name: string;
  uid: string;
  labels: Record<string, string>;
  annotations?: Record<string, string>;
  ready: boolean;
  deleting?: boolean;
  finalizers?: string[];
  /** Its containers that run. */
  containers?: { id: string; ready: boolean }[];
  /** Local port of the app that "runs inside". */
  appPort: number;
}

/** What the server answers to port-forward requests instead of a tunnel. */
export interface Refusal {
  status: number;
  message: string;
}

const resources = ["pods", "services"] as const;
type Resource = (typeof resources)[number];

/**
 * An API server that lists and watches Pods of one namespace and forwards ports to servers on this machine: over SPDY, or
 * with the subprotocol `v4.channel.k8s.io` in a WebSocket.
 */
export class FakeApi {
  readonly requests: string[] = [];
  refusal: Refusal | undefined;
  /** The only token that it takes; any where there is none. */
  token: string | undefined;
  /** Of the namespace `kube-system`; it may not be read where there is none. */
  clusterUid: string | undefined;
  /** Events of all Pods. */
  events: object[] = [];
  /** As a proxy that knows no upgrade but to WebSockets. */
  refusesSpdy = false;
  readonly nodes: FakeNode[] = [];
  #webSockets = 0;
  #version = 1;
  readonly #pods = new Map<string, FakePod>();
  /** Each change, as a watch tells of it. */
  readonly #history: { version: number; resource: Resource; line: string }[] = [];
  readonly #watchers = new Map<ServerResponse, Resource>();
  readonly #services = new Map<string, object>();
  readonly #sockets = new Set<Socket>();
  readonly #ws = new WebSocketServer({ noServer: true, handleProtocols: () => "v4.channel.k8s.io" });
  #server: Server;

  /** With a certificate it speaks TLS, without which no credentials are sent. */
  constructor(private readonly certificate?: Certificate) {
    this.#server = this.#create();
  }

  async start(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
  }

  /** Connections to Pods that are open. */
  get tunnels(): number {
    return this.nodes.reduce((sum, node) => sum + node.connections, this.#webSockets);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.certificate === undefined ? "http" : "https"}://127.0.0.1:${this.port}`;
  }

  get kubeconfig(): string {
    return this.kubeconfigWith("a-token");
  }

  kubeconfigWith(token: string): string {
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "fake",
      clusters: [{ name: "fake", cluster: { server: this.url, ...(this.certificate && trusting(this.certificate)) } }],
      users: [{ name: "me", user: { token } }],
      contexts: [{ name: "fake", context: { cluster: "fake", user: "me" } }],
    });
  }

  setPod(pod: FakePod): void {
    const type = this.#pods.has(pod.name) ? "MODIFIED" : "ADDED";
    this.#pods.set(pod.name, pod);
    this.#emit(type, pod);
  }

  deletePod(name: string): void {
    const pod = this.#pods.get(name);
    this.#pods.delete(name);
    if (pod !== undefined) this.#emit("DELETED", pod);
  }

  /** Puts a Pod in the place of another one, and no watch tells of it. */
  replaceUnheard(name: string, pod: FakePod): void {
    this.#pods.delete(name);
    this.#pods.set(pod.name, pod);
  }

  /** Cuts the connections to Pods, and no others. */
  cutTunnels(): void {
    for (const node of this.nodes) node.cut();
  }

  /** Deletes a Pod in the foreground, as Pulumi does. */
  destroyPod(name: string): void {
    const pod = this.#pods.get(name);
    if (pod === undefined) return;
    this.setPod({ ...pod, deleting: true, finalizers: ["foregroundDeletion"] });
    this.setPod({ ...pod, deleting: true });
    this.deletePod(name);
  }

  setService(name: string, labels: Record<string, string>): void {
    this.#services.set(name, { metadata: { name, uid: `uid-${name}`, labels } });
    this.#tell("ADDED", "services", this.#services.get(name));
  }

  deleteService(name: string): void {
    const service = this.#services.get(name);
    this.#services.delete(name);
    this.#tell("DELETED", "services", service);
  }

  /** Deletes a Service in the foreground, as Pulumi does. */
  destroyService(name: string): void {
    const { metadata } = this.#services.get(name) as { metadata: object };
    const mark = { deletionTimestamp: "2026-01-01T00:01:00Z", finalizers: ["foregroundDeletion"] };
    this.#tell("MODIFIED", "services", { metadata: { ...metadata, ...mark } });
    this.deleteService(name);
  }

  /** Cuts all connections and stops to listen. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    this.#watchers.clear();
    this.#server = this.#create();
  }

  /** Cuts all connections, as a load balancer does that forgot them. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #create(): Server {
    const answer = (request: IncomingMessage, response: ServerResponse): void => this.#answer(request, response);
    const server =
      this.certificate === undefined ? createServer(answer) : createTlsServer({ ...this.certificate }, answer);
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
      this.requests.push(`UPGRADE ${request.url ?? ""}`);
      const name = /\/pods\/([^/]+)\/portforward/.exec(request.url ?? "")?.[1] ?? "";
      const pod = this.#pods.get(name);
      const refusal = this.#takes(request)
        ? (this.refusal ?? (pod === undefined ? { status: 404, message: `pods "${name}" not found` } : undefined))
        : { status: 401, message: "Unauthorized" };
      if (pod === undefined || refusal !== undefined) {
        const body = JSON.stringify({ kind: "Status", message: refusal?.message, code: refusal?.status });
        socket.end(`HTTP/1.1 ${refusal?.status ?? 500} Refused\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
        return;
      }
      if (request.headers.upgrade === "websocket") {
        this.#ws.handleUpgrade(request, socket, head, (tunnel) => this.#forward(tunnel, pod));
        return;
      }
      if (this.refusesSpdy) {
        socket.end("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        return;
      }
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n");
      this.nodes.push(new FakeNode(socket, () => (this.#pods.get(name) ?? pod).appPort));
    });
    return server;
  }

  #forward(tunnel: WebSocket, pod: FakePod): void {
    this.#webSockets++;
    tunnel.on("close", () => this.#webSockets--);
    const port = Buffer.from([0, 80, 0]);
    tunnel.send(port);
    tunnel.send(Buffer.concat([Buffer.from([1]), port.subarray(1)]));
    const app = connect({ port: pod.appPort, host: "127.0.0.1" });
    tunnel.on("message", (data: Buffer) => {
      if (!app.destroyed && !app.write(data.subarray(1))) tunnel.pause();
    });
    app.on("drain", () => tunnel.resume());
    app.on("data", (chunk) => {
      tunnel.send(Buffer.concat([Buffer.from([0]), chunk]), () => app.resume());
      if (tunnel.bufferedAmount > 65_536) app.pause();
    });
    app.on("error", (error) => tunnel.send(Buffer.concat([Buffer.from([1]), Buffer.from(error.message)])));
    app.on("close", () => tunnel.close());
    tunnel.on("close", () => app.destroy());
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.requests.push(`${request.method ?? ""} ${request.url ?? ""}`);
    const url = new URL(request.url ?? "", "http://api");
    const resource = url.pathname.split("/").at(-1) as Resource;
    if (!this.#takes(request)) {
      response.writeHead(401).end(JSON.stringify({ message: "Unauthorized" }));
    } else if (url.pathname.endsWith("/events")) {
      response.end(JSON.stringify({ items: this.events }));
    } else if (url.pathname.endsWith("/kube-system") && this.clusterUid !== undefined) {
      response.end(JSON.stringify({ metadata: { uid: this.clusterUid } }));
    } else if (!resources.includes(resource)) {
      response.writeHead(404).end(JSON.stringify({ message: "not found" }));
    } else if (url.searchParams.has("watch")) {
      response.writeHead(200, { "content-type": "application/json" });
      response.flushHeaders();
      const from = Number(url.searchParams.get("resourceVersion"));
      for (const past of this.#history) {
        if (past.version > from && past.resource === resource) response.write(past.line);
      }
      this.#watchers.set(response, resource);
      response.on("close", () => this.#watchers.delete(response));
    } else {
      const selector = url.searchParams.get("labelSelector") ?? "";
      const pods = [...this.#pods.values()].filter((pod) => isSelected(pod.labels, selector));
      const items = resource === "services" ? [...this.#services.values()] : pods.map((pod) => this.#object(pod));
      response.end(JSON.stringify({ metadata: { resourceVersion: String(this.#version) }, items }));
    }
  }

  #takes({ headers }: IncomingMessage): boolean {
    return this.token === undefined || headers.authorization === `Bearer ${this.token}`;
  }

  #emit(type: string, pod: FakePod): void {
    this.#version++;
    this.#tell(type, "pods", this.#object(pod));
  }

  #tell(type: string, resource: Resource, object: object | undefined): void {
    const line = JSON.stringify({ type, object }) + "\n";
    this.#history.push({ version: this.#version, resource, line });
    for (const [watcher, watched] of this.#watchers) if (watched === resource) watcher.write(line);
  }

  #object(pod: FakePod): object {
    return {
      metadata: {
        name: pod.name,
        namespace: "default",
        uid: pod.uid,
        labels: pod.labels,
        annotations: pod.annotations,
        // Made in the order of their names.
        creationTimestamp: "2026-01-01T00:00:00Z",
        finalizers: pod.finalizers,
        deletionTimestamp: pod.deleting ? "2026-01-01T00:01:00Z" : undefined,
        resourceVersion: String(this.#version),
      },
      status: {
        phase: "Running",
        conditions: [{ type: "Ready", status: pod.ready ? "True" : "False" }],
        containerStatuses: pod.containers?.map(({ id, ready }, at) => {
          return { name: `c${at}`, restartCount: 0, containerID: id, ready, state: { running: {} } };
        }),
      },
    };
  }
}

/** Whether labels are what a selector asks for: `key`, `key=value` and `key in (value,…)`, with commas between them. */
function isSelected(labels: Record<string, string>, selector: string): boolean {
  return [...selector.matchAll(/([^,= ]+)(?:=([^,]*)| in \(([^)]*)\))?/g)].every(([, key = "", value, values]) => {
    const wanted = values?.split(",") ?? (value === undefined ? undefined : [value]);
    return wanted === undefined ? key in labels : wanted.includes(labels[key] ?? "");
  });
}
