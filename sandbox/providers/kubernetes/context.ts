import { getString, type JsonObject } from "../json.ts";
import type { Log } from "../provider.ts";
import { hasUnknown } from "../wire.ts";
import { type Api, KindNotFoundError } from "./api.ts";
import { type Cluster, connect, type Settings, settingsOf } from "./cluster.ts";
import { timeoutOf, untilReady } from "./ready.ts";

export const unreachableHint =
  "if it was deleted, PULUMI_K8S_DELETE_UNREACHABLE=true removes its resources from the state";

const clusterScoped = new Set([
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
  "IngressClass",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PriorityClass",
  "RuntimeClass",
  "StorageClass",
]);

/** The same line beside the same resource again and again, as a watch sees it, would only be noise. */
function withoutRepetition(log: Log): Log {
  const last = new Map<string, string>();
  return (severity, message, options = {}) => {
    const { urn = "", status = false } = options;
    if (status && (last.get(urn) ?? "") === message) return;
    if (status) last.set(urn, message);
    log(severity, message, options);
  };
}

/** What all operations share: the cluster, the provider's settings, and the way to the engine. */
export class Context {
  readonly cancelled = new AbortController();
  cluster: Cluster = { unreachable: "the provider was not configured" };
  settings: Settings = settingsOf({});
  log: Log = () => undefined;

  async configure(config: JsonObject, log: Log): Promise<void> {
    this.log = withoutRepetition(log);
    this.settings = settingsOf(config);
    this.cluster = await connect(config);
  }

  cancel(): void {
    this.cancelled.abort();
    this.api?.close();
  }

  get api(): Api | undefined {
    return "api" in this.cluster ? this.cluster.api : undefined;
  }

  get unreachableText(): string {
    const reason = "unreachable" in this.cluster ? this.cluster.unreachable : "";
    return `configured Kubernetes cluster is unreachable: ${reason}`;
  }

  reachable(): Api {
    if (!this.api) throw new Error(this.unreachableText);
    return this.api;
  }

  status(urn: string, line: string): void {
    this.log("info", line, { urn, status: true });
  }

  /** Kinds that nobody knows yet are taken as namespaced: their definition may be made in the same run. */
  async isNamespaced(object: JsonObject): Promise<boolean> {
    const kind = getString(object, "kind");
    if (!this.api) return !clusterScoped.has(kind);
    try {
      return (await this.api.kind(getString(object, "apiVersion"), kind)).namespaced;
    } catch (error) {
      if (error instanceof KindNotFoundError) return true;
      throw error;
    }
  }

  /** Without a cluster the official provider previews what the program says; this one at least says why. */
  async canPreview(inputs: JsonObject, urn: string): Promise<boolean> {
    if (hasUnknown(inputs)) return false;
    if (!this.api) {
      this.log("warning", this.unreachableText, { urn });
      return false;
    }
    return this.api.kind(getString(inputs, "apiVersion"), getString(inputs, "kind")).then(
      () => true,
      () => false,
    );
  }

  untilReady(call: { urn: string; timeoutSeconds: number }, inputs: JsonObject, live: JsonObject): Promise<JsonObject> {
    return untilReady({
      api: this.reachable(),
      inputs,
      live,
      timeoutSeconds: timeoutOf(inputs, call.timeoutSeconds),
      signal: this.cancelled.signal,
      status: (line) => this.status(call.urn, line),
    });
  }
}
