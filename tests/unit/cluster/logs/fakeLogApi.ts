import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { onTestFinished } from "vitest";
import { ClusterClient } from "../../../../components/cluster/api/client.ts";
import type { ContainerStatus, Pod } from "../../../../components/cluster/pods/pod.ts";

interface FakeAttempt {
  id: string;
  lines: string[];
  exitCode?: number;
  /** Its file was removed. */
  gone: boolean;
  /** Lines before this one are in a file that was rotated away. */
  rotatedTo: number;
  followers: Set<ServerResponse>;
}

/** An API server that serves the logs of one Pod's init containers as kubelet does. */
export class FakeLogApi {
  readonly requests: string[] = [];
  /** Called instead of the usual answer; says whether it has answered. */
  intercept: (url: URL, response: ServerResponse) => boolean = () => false;
  /** A follow that doesn't end with its container. */
  followsNeverEnd = false;
  /** Init containers with `restartPolicy: Always`. */
  readonly restartable = new Set<string>();
  readonly #containers = new Map<string, FakeAttempt[]>();
  readonly #waiting = new Set<string>();
  readonly #sockets = new Set<Socket>();
  #clock = Date.parse("2026-01-01T00:00:00Z");
  readonly #server = createServer((request, response) =>
    this.#answer(new URL(request.url ?? "", "http://api"), response),
  );

  static async start(): Promise<FakeLogApi> {
    const api = new FakeLogApi();
    api.#server.on("connection", (socket) => {
      api.#sockets.add(socket);
      socket.on("close", () => api.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => api.#server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      api.cut();
      api.#server.close();
    });
    return api;
  }

  async client(): Promise<ClusterClient> {
    const { port } = this.#server.address() as AddressInfo;
    const client = await ClusterClient.connect({
      kubeconfig: JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        "current-context": "fake",
        clusters: [{ name: "fake", cluster: { server: `http://127.0.0.1:${port}` } }],
        users: [{ name: "me", user: { token: "a-token" } }],
        contexts: [{ name: "fake", context: { cluster: "fake", user: "me" } }],
      }),
    });
    onTestFinished(() => client.close());
    return client;
  }

  startAttempt(container: string): void {
    const attempts = this.#containers.get(container) ?? [];
    this.#waiting.delete(container);
    const id = `containerd://${container}-${attempts.length + 1}`;
    this.#containers.set(container, [
      ...attempts,
      { id, lines: [], gone: false, rotatedTo: 0, followers: new Set<ServerResponse>() },
    ]);
  }

  /** A line of the current attempt, `ms` after the one before. */
  log(container: string, text: string, ms = 1): void {
    this.#clock += ms;
    const stamp = new Date(this.#clock).toISOString().replace("Z", "000000Z");
    const line = `${stamp} ${text}`;
    const attempt = this.#current(container);
    attempt.lines.push(line);
    for (const follower of attempt.followers) follower.write(`${line}\n`);
  }

  endAttempt(container: string, exitCode: number): void {
    const attempt = this.#current(container);
    attempt.exitCode = exitCode;
    if (!this.followsNeverEnd) endAll(attempt);
  }

  /** Kubelet waits before it starts the next attempt. */
  backOff(container: string): void {
    this.#waiting.add(container);
  }

  /** A follow ends at a rotation, and what was logged by then is in another file. */
  rotate(container: string): void {
    const attempt = this.#current(container);
    attempt.rotatedTo = attempt.lines.length;
    endAll(attempt);
  }

  removeLogs(container: string): void {
    for (const attempt of this.#containers.get(container) ?? []) attempt.gone = true;
  }

  /** Cuts all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** The Pod as its status would show it now. */
  get pod(): Pod {
    const names = [...this.#containers.keys()];
    return {
      metadata: { name: "web", namespace: "shop", uid: "uid" },
      spec: {
        initContainers: names.map((name) =>
          this.restartable.has(name) ? { name, restartPolicy: "Always" } : { name },
        ),
      },
      status: { initContainerStatuses: names.map((name) => this.#status(name)) },
    };
  }

  #status(name: string): ContainerStatus {
    const attempts = this.#containers.get(name) ?? [];
    const current = this.#current(name);
    const before = attempts.at(-2);
    const terminated = (attempt: FakeAttempt | undefined) =>
      attempt && { exitCode: attempt.exitCode ?? 0, containerID: attempt.id };
    const waits = this.#waiting.has(name);
    return {
      name,
      containerID: current.id,
      restartCount: attempts.length - 1,
      state: waits
        ? { waiting: { reason: "CrashLoopBackOff" } }
        : current.exitCode === undefined
          ? { running: {} }
          : { terminated: terminated(current) },
      lastState: { terminated: terminated(waits ? current : before) },
    };
  }

  #current(container: string): FakeAttempt {
    const attempt = this.#containers.get(container)?.at(-1);
    if (attempt === undefined) throw new Error(`no attempt of ${container}`);
    return attempt;
  }

  #answer(url: URL, response: ServerResponse): void {
    this.requests.push(url.search);
    if (this.intercept(url, response)) return;
    const container = url.searchParams.get("container") ?? "";
    const attempts = this.#containers.get(container) ?? [];
    const last = attempts.at(-1);
    const previous = last?.exitCode !== undefined && this.#waiting.has(container) ? last : attempts.at(-2);
    const attempt = url.searchParams.has("previous") ? previous : last;
    if (attempt === undefined) {
      response.writeHead(400).end(JSON.stringify({ message: "previous terminated container not found" }));
    } else if (attempt.gone) {
      response.end(`unable to retrieve container logs for ${attempt.id}`);
    } else {
      this.#serve(attempt, url.searchParams, response);
    }
  }

  #serve(attempt: FakeAttempt, query: URLSearchParams, response: ServerResponse): void {
    const since = query.get("sinceTime") ?? "";
    const tail = Number(query.get("tailLines") ?? Infinity);
    const lines = attempt.lines.slice(attempt.rotatedTo).filter((line) => line.slice(0, 19) >= since.slice(0, 19));
    const shown = lines
      .slice(Math.max(0, lines.length - tail))
      .map((line) => (query.get("timestamps") === "true" ? line : line.slice(line.indexOf(" ") + 1)) + "\n")
      .join("");
    response.writeHead(200);
    response.flushHeaders();
    response.write(shown.slice(0, Number(query.get("limitBytes") ?? Infinity)));
    if (query.get("follow") !== "true" || attempt.exitCode !== undefined) {
      response.end();
      return;
    }
    attempt.followers.add(response);
    response.on("close", () => attempt.followers.delete(response));
  }
}

function endAll({ followers }: FakeAttempt): void {
  for (const follower of followers) follower.end();
  followers.clear();
}
