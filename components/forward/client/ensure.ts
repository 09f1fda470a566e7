import { delimiter, resolve } from "node:path";
import { type ClusterAccess, inContext, kubeconfigPaths } from "../../cluster/api";
import { listenAddress } from "../../contract";
import { delay } from "../../time";
import {
  askToList,
  assertWritable,
  compareVersions,
  ensureStateFolder,
  forwardKey,
  type ForwardRecord,
  type ForwardRequest,
  holdForward,
  listDesired,
  liveDaemon,
  packageVersion,
  readDesired,
  readRecord,
  removeForward,
  stateFolder,
  type StoredForward,
  unusable,
  writeDesired,
} from "../state";
import { ForwardFailedError, PortInUseError } from "./errors";
import { endHungDaemon } from "./hung";
import { portOwner } from "./portOwner";
import { assertUnclaimed } from "./ports";
import { spawnDaemon } from "./spawn";
import { type ProofOptions, untilAnswered } from "./untilAnswered";

/** Settings of `ensureForward`. */
export interface EnsureOptions extends ProofOptions {
  /** Whether the Pod must answer. Where not, the port listens and says what the Pod does. Default: true. */
  proof?: boolean;
  folder?: string;
}

/** Until the daemon listens and knows of the Pod. */
const daemonTimeoutMs = 15_000;
/** How long a port may stay busy: an older daemon is about to leave it. */
const busyMs = 1_500;
/** A started daemon has taken the lock after this time, or never will. */
const spawnMs = 5_000;
/** Until the daemon is asked to list the Pods anew, of which one is Ready, and how often from then on. */
const listMs = 2_000;
const pollMs = 15;

/**
 * Starts what `ensureForward` waits for, while the Pod still gets Ready: until then the port says what the Pod does. One
 * that forwards already is left alone, as it may lead to another port of the Pod that serves, or to one that serves
 * elsewhere. Never throws: what is wrong
 * is told by `ensureForward`.
 */
export function beginForward(request: ForwardRequest, folder = stateFolder()): void {
  try {
    ensureStateFolder(folder);
    const key = forwardKey(request);
    const isOther = ({ forward }: StoredForward): boolean => forward.localPort === request.localPort;
    if (listDesired(folder).some((stored) => stored.key === key || isOther(stored))) return;
    write(folder, { ...request, access: portable(request) });
    if (liveDaemon(folder) === undefined) spawnDaemon();
  } catch {
    // As said above.
  }
}

/**
 * Makes the local port answer from the Pod: writes what is wanted, sees that the daemon runs, and proves it by a request.
 * @returns what is odd about the answer, as a sentence; undefined where nothing is.
 * @throws {PortInUseError} where something else uses the port.
 * @throws {ForwardFailedError} where the port doesn't answer from the Pod, with what the daemon saw.
 * @throws {NoNodeError} where the daemon can't be run.
 * @throws {StateFolderError} where the files that all this takes can't be written.
 */
export async function ensureForward(request: ForwardRequest, options: EnsureOptions = {}): Promise<string | undefined> {
  const folder = options.folder ?? stateFolder();
  ensureStateFolder(folder);
  assertUnclaimed(request.localPort, request, folder);
  const stored = write(folder, { ...request, access: portable(request) });
  const release = holdForward(request, folder);
  try {
    const hung = await endHungDaemon(folder);
    if (hung !== undefined) options.report?.(`The forwarder (process ${hung}) did not answer any more: it is replaced`);
    await untilReady(folder, stored, options);
    return options.proof === false ? undefined : await untilAnswered(folder, stored, options);
  } finally {
    release();
  }
}

function write(folder: string, request: ForwardRequest): StoredForward {
  try {
    try {
      return writeDesired(folder, request, packageVersion());
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      // A daemon that ended just now took the folder with it.
      ensureStateFolder(folder);
      return writeDesired(folder, request, packageVersion());
    }
  } catch (error) {
    throw unusable(folder, error);
  }
}

/** The daemon has another working directory, and the current context may be another one when it looks. */
function portable({ access, context }: ForwardRequest): ClusterAccess {
  const pinned = inContext(access, access.context ?? context);
  if (access.kubeconfig !== undefined) return { ...pinned, folder: access.folder ?? process.cwd() };
  const absolute = kubeconfigPaths(access.kubeconfigPath).map((path) => resolve(path));
  return { ...pinned, kubeconfigPath: absolute.join(delimiter) };
}

/** Waits until the daemon listens for this forward and knows of its Pod. */
async function untilReady(folder: string, stored: StoredForward, options: EnsureOptions): Promise<void> {
  const startedAt = performance.now();
  let spawnedAt: number | undefined;
  let askedAt = startedAt;
  let reported = false;
  for (;;) {
    const now = performance.now();
    options.signal?.throwIfAborted();
    const daemon = liveDaemon(folder);
    const isStale = daemon === undefined || compareVersions(daemon.version, stored.forward.version) < 0;
    if (isStale && (spawnedAt === undefined || now - spawnedAt > spawnMs)) {
      spawnDaemon();
      spawnedAt = now;
    }
    const record = readRecord(folder, stored.key);
    const isCurrent = !isStale && record?.pid === daemon.pid && record.revision === stored.revision;
    if (isCurrent && record.listening && (options.proof === false || isPod(record, options.podUid))) return;
    if (isCurrent && now - askedAt > listMs) {
      askedAt = now;
      askToList(folder, stored.key);
    }
    if (isCurrent && record.error === "EADDRINUSE" && now - startedAt > busyMs) {
      const { localPort } = stored.forward;
      removeForward(folder, stored.key);
      throw new PortInUseError(localPort, portOwner(localPort));
    }
    if (readDesired(folder, stored.key) === undefined) {
      throw new ForwardFailedError(`The forward of ${stored.forward.name} was ended meanwhile: its Pod is gone.`);
    }
    if (now - startedAt > daemonTimeoutMs)
      throw new ForwardFailedError(whyNotReady(stored, isCurrent ? record : undefined));
    if (!reported && now - startedAt > 2_000) {
      reported = true;
      // On a full disk a daemon can neither start nor say what it does.
      assertWritable(folder);
      options.report?.(`Waiting for the forwarder: ${record?.error ?? "it starts"}`);
    }
    await delay(pollMs, options.signal);
  }
}

function isPod(record: ForwardRecord, podUid: string | undefined): boolean {
  return podUid === undefined ? record.pod !== undefined : record.pod?.uid === podUid;
}

function whyNotReady({ forward }: StoredForward, record: ForwardRecord | undefined): string {
  const what = `${listenAddress}:${forward.localPort} does not forward to the Pod of ${forward.name}`;
  if (record === undefined)
    return `${what}: the forwarder does not start. See its log in the state folder (npx init-pod status).`;
  if (record.error !== undefined) return `${what}: ${record.error}`;
  return `${what}: the forwarder sees ${record.pod === undefined ? "no Ready Pod" : `Pod ${record.pod.name} alone`}.`;
}
