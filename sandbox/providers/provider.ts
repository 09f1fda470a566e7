import type { JsonObject } from "./json.ts";

/** One line to the engine; a status line is shown beside the resource and is gone at the end. */
export type Log = (severity: "info" | "warning", message: string, options?: { urn?: string; status?: boolean }) => void;

export interface Autonaming {
  mode: "propose" | "enforce" | "disable";
  proposed: string;
}

export interface CheckCall {
  urn: string;
  olds: JsonObject;
  news: JsonObject;
  seed: Uint8Array;
  autonaming?: Autonaming;
}

export interface DiffCall {
  id: string;
  urn: string;
  olds: JsonObject;
  news: JsonObject;
  ignoreChanges: string[];
}

export interface CreateCall {
  urn: string;
  properties: JsonObject;
  timeoutSeconds: number;
  preview: boolean;
}

export interface UpdateCall extends DiffCall {
  timeoutSeconds: number;
  preview: boolean;
}

export interface ReadCall {
  id: string;
  urn: string;
  properties: JsonObject;
  inputs: JsonObject;
}

export interface DeleteCall {
  id: string;
  urn: string;
  properties: JsonObject;
  timeoutSeconds: number;
}

export type ChangeKind = "add" | "delete" | "update";

export interface Change {
  kind: ChangeKind;
  replace: boolean;
}

export interface Difference {
  changes: Map<string, Change>;
  deleteBeforeReplace: boolean;
}

export interface Instance {
  id: string;
  properties: JsonObject;
  inputs?: JsonObject;
}

export interface Checked {
  inputs: JsonObject;
  failures?: { property: string; reason: string }[];
}

/** What serve.ts needs from a provider; plain values in, plain values out, gRPC stays on its side. */
export interface Provider {
  readonly name: string;
  readonly version: string;
  configure(config: JsonObject, log: Log): Promise<void>;
  diffConfig?(olds: JsonObject, news: JsonObject): { changed: string[]; replaced: string[] };
  check(call: CheckCall): Promise<Checked>;
  diff(call: DiffCall): Promise<Difference>;
  create(call: CreateCall): Promise<Instance>;
  /** undefined: the resource is gone. */
  read(call: ReadCall): Promise<Instance | undefined>;
  update(call: UpdateCall): Promise<JsonObject>;
  delete(call: DeleteCall): Promise<void>;
  cancel(): void;
}

/** The resource exists, but isn't what it should be: the engine keeps its state together with these reasons. */
export class InitFailedError extends Error {
  readonly instance: Instance;
  readonly reasons: string[];

  constructor(message: string, instance: Instance, subReasons: string[] = []) {
    super(message);
    this.instance = instance;
    this.reasons = [message, ...subReasons];
  }
}
