import { errorText } from "../../text";
import { delay, within } from "../../time";
import { ApiError, askedPauseMs, type ClusterClient } from "../api";
import { type ContainerStatus, type Pod, podsPath, statusesOf } from "../pods";
import { stageOf } from "./attempt";
import { comparableStamp, type RawLine, showableLine } from "./lines";
import { startOf } from "./readOnce";
import { notAllowed, type RawTail, readRawTail, showableTail, type Tail, wordsOfNode } from "./tail";

/** What an init container left behind. */
export interface InitContainerLog {
  container: string;
  exitCode?: number;
  restarts: number;
  log: string[];
  truncated: boolean;
}

export interface FinalLogSettings {
  client: ClusterClient;
  namespace: string;
  podName: string;
  /** Hides known secrets. */
  mask: (text: string) => string;
}

/**
 * The ends of the logs of all init containers, in order. A log that can't be read says so in its place. `known` is the end of
 * an attempt's log where all of it was followed: it is not asked for once more.
 */
export async function initLogs(
  settings: FinalLogSettings,
  pod: Pod,
  known: (container: string, attempt: string) => readonly RawLine[] | undefined = () => undefined,
): Promise<InitContainerLog[]> {
  return await Promise.all(
    (pod.status?.initContainerStatuses ?? []).map(async ({ name, state, restartCount }) => {
      const attempt = state?.terminated?.containerID;
      const end = attempt === undefined ? undefined : known(name, attempt);
      const { lines, truncated } = end ? showableTail(end, settings.mask) : await readPatiently(settings, name);
      const exitCode = state?.terminated?.exitCode;
      return {
        container: name,
        ...(exitCode === undefined ? {} : { exitCode }),
        restarts: restartCount,
        log: lines,
        truncated,
      };
    }),
  );
}

/** Between requests for a log that was refused, or answered with an error, though the status says that it is there. */
const pausesMs = [250, 500, 1_000];

async function readPatiently({ client, namespace, podName, mask }: FinalLogSettings, container: string): Promise<Tail> {
  const source = { namespace, pod: podName, container };
  for (let tries = 0; ; tries++) {
    const pauseMs = pausesMs[tries];
    try {
      const { lines, ofNode } = await readRawTail(client, source);
      if (ofNode === undefined || lines.length > 0) return showableTail(lines, mask);
      if (pauseMs === undefined) return unread(wordsOfNode(showableLine(ofNode, mask)));
      await delay(pauseMs);
    } catch (error) {
      if (error instanceof ApiError && error.status === 403) return { lines: [notAllowed(error)], truncated: false };
      // The Pod is Ready all the same.
      if (pauseMs === undefined) return unread(errorText(error));
      await delay(Math.max(pauseMs, askedPauseMs(error)));
    }
  }
}

function unread(why: string): Tail {
  return { lines: [`(this log could not be read: ${why})`], truncated: false };
}

/** A report of a failure must not wait for a server that has fallen silent. */
const failureMs = 3_000;
/** Where kubelet and the Pod's status disagree, one of them has news each time it is asked. */
const maxReadings = 4;

/**
 * The end of the log of the attempt that failed, and of no other: kubelet may run the next one by now, though the status
 * does not show it. `live` are its last lines as they were followed, which may be all that is left.
 */
export async function failedTail(
  settings: FinalLogSettings,
  pod: Pod,
  container: string,
  live: (attempt: string) => readonly RawLine[] = () => [],
): Promise<Tail> {
  const status = statusOf(pod, container);
  const id = (status?.state?.terminated ?? status?.lastState?.terminated)?.containerID;
  const heard = id === undefined ? [] : live(id);
  const read = readFailed(settings, container, status).catch(() => undefined);
  const found = await within(failureMs, read, () => undefined);
  return showableTail(withLater(found?.lines ?? [], heard), settings.mask);
}

/** The lines that were read, and those that came after them, where both are of one log; those alone where none were read. */
function withLater(read: readonly RawLine[], heard: readonly RawLine[]): readonly RawLine[] {
  if (read.length === 0) return heard;
  const stamps = new Set(read.map(({ stamp }) => stamp));
  if (!heard.some(({ stamp }) => stamps.has(stamp))) return read;
  const last = comparableStamp(read.at(-1)?.stamp ?? "");
  return [...read, ...heard.filter(({ stamp }) => stamp !== undefined && comparableStamp(stamp) > last)];
}

/** Undefined where it is not there (any more). */
async function readFailed(
  { client, namespace, podName }: FinalLogSettings,
  container: string,
  shown: ContainerStatus | undefined,
): Promise<RawTail | undefined> {
  const source = { namespace, pod: podName, container };
  const ended = shown?.state?.terminated ?? shown?.lastState?.terminated;
  if (shown === undefined || ended?.containerID === undefined) return await readRawTail(client, source);
  const id = ended.containerID;
  let stage = stageOf(id, shown);
  for (let reading = 1; reading <= maxReadings; reading++) {
    const isPrevious = stage === "previous";
    const tail = await readRawTail(client, { ...source, previous: isPrevious }).catch(ifAnswered);
    // What has changed until now may have changed before the log was read, so it counts.
    const status = statusOf(await readPod(client, namespace, podName), container) ?? shown;
    stage = stageOf(id, status);
    if (stage === "gone") return undefined;
    if (!isPrevious && stage !== "previous") {
      const previousStart = await startOf(client, { ...source, previous: true });
      if (isOfAttempt(previousStart, ended.startedAt, status)) stage = "previous";
    }
    // Kubelet knew of the next attempt before the status does.
    if (isPrevious) stage = "previous";
    if ((stage === "previous") === isPrevious && tail !== undefined) {
      const next = isPrevious && status.containerID !== id ? status.state?.running?.startedAt : undefined;
      return { ...tail, lines: tail.lines.filter(({ stamp }) => !isAfter(stamp, next)) };
    }
    await delay(pausesMs[0] ?? 0);
  }
  return undefined;
}

function ifAnswered(error: unknown): undefined {
  if (!(error instanceof ApiError)) throw error;
}

async function readPod(client: ClusterClient, namespace: string, name: string): Promise<Pod | undefined> {
  // Without the right to do so, the status that is known is all there is to go by.
  return await client.json<Pod>(`${podsPath(namespace)}/${name}`).catch(ifAnswered);
}

function statusOf(pod: Pod | undefined, container: string): ContainerStatus | undefined {
  return pod && statusesOf(pod).find(({ name }) => name === container);
}

/** Whether kubelet's previous log, which begins at this time, is that of the attempt which the status shows as the current one. */
function isOfAttempt(
  start: string | undefined,
  startedAt: string | null | undefined,
  { restartCount }: ContainerStatus,
): boolean {
  if (start === undefined) return false;
  return restartCount === 0 || (typeof startedAt === "string" && comparableStamp(start) >= comparableStamp(startedAt));
}

/** Whether a line was logged after an attempt began; the API server tells of that in whole seconds. */
function isAfter(stamp: string | undefined, startedAt: string | undefined): boolean {
  return stamp !== undefined && startedAt !== undefined && Date.parse(stamp) >= Date.parse(startedAt) + 1000;
}
