import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, request, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { Certificate } from "./certificate.ts";
import { adminConfig } from "./link.ts";

interface Kubeconfig {
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
    private readonly own: Certificate,
  ) {
    // With TLS: others than we send no credentials without.
    this.#server = createServer({ cert: own.certificate, key: own.key }, (asked, response) => {
      if (asked.url === "/api/v1/namespaces/kube-system") this.#tellUid(response);
      else this.#passOn(asked, response);
    });
  }

  static async start(own: Certificate): Promise<OtherCluster> {
    const other = new OtherCluster(await adminConfig<Kubeconfig>(), own);
    other.#server.listen(0, "127.0.0.1");
    await once(other.#server, "listening");
    return other;
  }

  /** With a context for it, which is the current one. */
  get kubeconfig(): string {
    const cluster = {
      server: `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`,
      "certificate-authority-data": Buffer.from(this.own.certificate).toString("base64"),
    };
    return JSON.stringify({
      ...this.config,
      "current-context": this.context,
      clusters: this.config.clusters.map((entry) => ({ ...entry, cluster })),
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
    const { server = "", "certificate-authority-data": ca = "" } = this.config.clusters[0]?.cluster ?? {};
    const options = { method, headers, ca: Buffer.from(ca, "base64") };
    const passed = request(new URL(url, server), options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on("error", () => response.destroy());
    response.on("close", () => passed.destroy());
    asked.pipe(passed);
  }
}
