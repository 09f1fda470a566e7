import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { adminConfig } from "./link.ts";

interface Kubeconfig {
  "current-context": string;
  clusters: { cluster: { server: string; "certificate-authority-data"?: string } }[];
  contexts: { name: string }[];
}

/** An API server that is the one under test in all but its uid, as one of another cluster with the same rights. */
export class OtherCluster {
  readonly context = "other";
  readonly uid = "11111111-2222-3333-4444-555555555555";
  readonly #server: Server;

  private constructor(
    private readonly config: Kubeconfig,
    private readonly real: { server: string; ca?: Buffer },
  ) {
    this.#server = createServer((asked, response) => {
      if (asked.url === "/api/v1/namespaces/kube-system") this.#tellUid(response);
      else this.#passOn(asked, response);
    });
  }

  static async start(): Promise<OtherCluster> {
    const config = await adminConfig<Kubeconfig>();
    const [{ cluster } = { cluster: { server: "" } }] = config.clusters;
    const ca = (cluster as { "certificate-authority-data"?: string })["certificate-authority-data"];
    const other = new OtherCluster(config, { server: cluster.server, ca: ca ? Buffer.from(ca, "base64") : undefined });
    other.#server.listen(0, "127.0.0.1");
    await once(other.#server, "listening");
    return other;
  }

  /** With a context for it, which is the current one. */
  get kubeconfig(): string {
    const server = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return JSON.stringify({
      ...this.config,
      "current-context": this.context,
      clusters: this.config.clusters.map((entry) => ({ ...entry, cluster: { server } })),
      contexts: this.config.contexts.map((entry) => ({ ...entry, name: this.context })),
    });
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #tellUid(response: ServerResponse): void {
    const metadata = { name: "kube-system", uid: this.uid };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata }));
  }

  #passOn(asked: IncomingMessage, response: ServerResponse): void {
    const { method, headers, url = "/" } = asked;
    const passed = request(new URL(url, this.real.server), { method, headers, ca: this.real.ca }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on("error", () => response.destroy());
    response.on("close", () => passed.destroy());
    asked.pipe(passed);
  }
}
