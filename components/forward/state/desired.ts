import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ClusterAccess } from "../../cluster/api";
import type { ForwardProtocol } from "../../contract";
import { writeAtomic } from "./stateFolder";

/** What an `up` wants: local port `localPort` of this machine answers from the Pod of one InitPod. */
export interface ForwardRequest {
  /** Of the InitPod, for the life of its stack, wherever its Pod lies. */
  id: string;
  /** Its Pulumi resource name, for people. */
  name: string;
  access: ClusterAccess;
  /** uid of the namespace `kube-system`; `""` where it can't be read. */
  clusterUid: string;
  context: string;
  /** URL of the API server. */
  server: string;
  namespace: string;
  /** Labels that Pods of this InitPod, and only they, carry. */
  selector: Record<string, string>;
  podPort: number;
  localPort: number;
  protocol: ForwardProtocol;
  /** Whether the init containers' logs hold no secret, so that the page of a Pod that isn't Ready may show them. */
  showLogs?: boolean;
  /** Whether the InitPod has a Service, with the same labels. */
  hasService?: boolean;
}

/** What tells one forward from another: each InitPod has one on a machine. */
export type ForwardOwner = Pick<ForwardRequest, "id">;

/** A desired-state file. */
export interface DesiredForward extends ForwardRequest {
  /** Layout of this file: a daemon leaves alone what it does not know. */
  format: 1;
  /** Version of the package that wrote it. */
  version: string;
}

/** A desired-state file as found on disk. */
export interface StoredForward {
  key: string;
  /** Changes with the content. */
  revision: string;
  forward: DesiredForward;
}

const suffix = ".forward.json";

/** Name of a forward's files: hashed, as file systems tell no capitals apart, or refuse what a name may hold. */
export function forwardKey({ id }: ForwardOwner): string {
  return digest(id).slice(0, 20);
}

/** Whether two forwards of one InitPod lead to one place: to Pods of one cluster and namespace. */
export function samePlace(left: ForwardRequest, right: ForwardRequest): boolean {
  const cluster = (request: ForwardRequest): string => request.clusterUid || request.server;
  return cluster(left) === cluster(right) && left.namespace === right.namespace;
}

/** Writes the desired state, unless it is there already. */
export function writeDesired(folder: string, request: ForwardRequest, version: string): StoredForward {
  const key = forwardKey(request);
  const head = { format: 1 as const, version };
  // First for the order in the file, last for a request that was itself read from a file.
  const forward: DesiredForward = { ...head, ...request, ...head };
  const content = JSON.stringify(forward, undefined, 2) + "\n";
  const stored = { key, revision: digest(content), forward };
  if (readDesired(folder, key)?.revision !== stored.revision)
    writeAtomic(join(folder, key + suffix), content, { durable: true });
  return stored;
}

interface ReadFile {
  /** What tells a file from one that has replaced it, and from itself with another content. */
  mark: string;
  stored: StoredForward | undefined;
}

/** All are looked at again and again: with a hundred forwards, reading them would take most of an `up`'s time. */
const lastRead = new Map<string, ReadFile>();

/** `undefined` where there is none, or none that this version understands. */
export function readDesired(folder: string, key: string): StoredForward | undefined {
  const path = join(folder, key + suffix);
  try {
    const { ino, size, mtimeNs } = statSync(path, { bigint: true });
    const mark = `${ino} ${size} ${mtimeNs}`;
    let read = lastRead.get(path);
    if (read?.mark !== mark) {
      read = { mark, stored: parse(key, readFileSync(path, "utf8")) };
      lastRead.set(path, read);
    }
    return read.stored;
  } catch {
    lastRead.delete(path);
    return undefined;
  }
}

function parse(key: string, content: string): StoredForward | undefined {
  const forward = JSON.parse(content) as DesiredForward;
  // A file of a later layout is left to a later version.
  return (forward.format as number) === 1 ? { key, revision: digest(content), forward } : undefined;
}

/** All forwards that this user wants. */
export function listDesired(folder: string): StoredForward[] {
  return fileNames(folder)
    .filter((name) => name.endsWith(suffix))
    .map((name) => readDesired(folder, name.slice(0, -suffix.length)))
    .filter((stored) => stored !== undefined);
}

/** Takes all files of a forward away: what was wanted, what was done, who holds it. */
export function removeForward(folder: string, key: string): void {
  for (const name of fileNames(folder)) {
    if (name.startsWith(`${key}.`)) rmSync(join(folder, name), { force: true });
  }
}

/** File names of the state folder, none where it does not exist. */
export function fileNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
