import type { Labels, Retries, Timeouts } from "../../contract";
import { delay } from "../../time";
import { ApiError, askedPauseMs, type ClusterClient, hasStatus, KubeconfigError, mayPass } from "../api";
import { failedTail, type InitContainerLog, initLogs, LogStreams } from "../logs";
import { conditionOf, hasBeenReady, hasEnded, isReady, type Pod, type PodWatch, readEvents } from "../pods";
import { failureReport, renderForPulumi } from "../report";
import { withProbe } from "../verdict";
import { ClusterMismatchError, InitFailedError } from "./errors";
import { LiveHints } from "./liveHints";
import { type Outcome, waitForPod } from "./podWait";

export interface WaitSettings {
  client: ClusterClient;
  watch: PodWatch;
  namespace: string;
  podName: string;
  podUid: string;
  /** Labels by which the Pod is found. */
  selector: Labels;
  retries: Retries;
  mustServe: boolean;
  timeouts?: Timeouts;
  /** Whether this Pod lived before this run: what it logged by then was shown in an earlier one. */
  existed: boolean;
  timeoutSeconds: number;
  /** Hides known secrets. */
  mask: (text: string) => string;
  /** Told of each log line and of each new state. */
  report: (line: string) => void;
}

/**
 * Waits until the Pod is Ready or has completed, and hands its init containers' logs to `report` meanwhile.
 * @throws {InitFailedError} as soon as the Pod can't get Ready any more, and at the deadline.
 * @throws {ClusterMismatchError} where no such Pod is found.
 */
export async function waitUntilReady(settings: WaitSettings): Promise<InitContainerLog[]> {
  const deadline = performance.now() + settings.timeoutSeconds * 1000;
  const found = await findPod(settings, deadline);
  if (found && settings.existed && !isReady(found) && hasBeenReady(found) && !hasEnded(found)) {
    // Whatever else this run is for must not be held up by a Pod that served before and may do so again.
    settings.report(
      `Pod ${settings.namespace}/${settings.podName} was Ready before and is not now: see ` +
        `kubectl describe pod -n ${settings.namespace} ${settings.podName}`,
    );
    return await initLogs(settings, found);
  }
  const hints = new LiveHints(found, settings.report);
  const streams = new LogStreams({ ...settings, heard: (container, line) => hints.hear(container, line) });
  // What a Pod of an earlier run logged by then was shown there, unless that run ended before its init containers did.
  let isNews = !settings.existed;
  const onPod = (pod: Pod): void => {
    isNews ||= conditionOf(pod, "Initialized")?.status !== "True";
    if (isNews) streams.update(pod);
  };
  try {
    const outcome = await waitForPod(
      { ...settings, deadline, onPod, noteOn: (container) => hints.noteOn(container) },
      found,
    );
    if (outcome.kind === "failed") throw await failure(settings, withSpecOf(found, outcome), streams);
    const ends = initLogs(settings, outcome.pod, (container, attempt) => streams.endOfWhole(container, attempt));
    const [logs] = await Promise.all([ends, streams.end()]);
    return logs;
  } finally {
    streams.close();
  }
}

/** What is watched has less of the spec than what was read; it is the same spec, as next to nothing of it can change. */
function withSpecOf(found: Pod | undefined, outcome: Outcome & { kind: "failed" }): Outcome & { kind: "failed" } {
  const { pod } = outcome;
  return pod && found ? { ...outcome, pod: { ...pod, spec: found.spec } } : outcome;
}

const requestMs = 10_000;
const retryMs = { first: 100, most: 2_000 } as const;
/** For so long credentials that are refused are waited for: a person may be logging in anew. */
const credentialsMs = 30_000;

/** The Pod as it is now, whose uid shows that this is the cluster that it was created in; none where it may not be read. */
async function findPod(settings: WaitSettings, deadline: number): Promise<Pod | undefined> {
  const { client, namespace, podName, podUid } = settings;
  const start = performance.now();
  for (let pauseMs: number = retryMs.first; ; pauseMs = Math.min(2 * pauseMs, retryMs.most)) {
    try {
      const timeoutMs = Math.min(requestMs, Math.max(1, deadline - performance.now()));
      const found = await client.json<Pod>(`/api/v1/namespaces/${namespace}/pods/${podName}`, { timeoutMs });
      if ((found.metadata as Pod["metadata"] | undefined)?.uid === podUid) return found;
      throw mismatch(settings);
    } catch (error) {
      if (error instanceof ApiError && error.status === 403) return undefined;
      if (error instanceof ApiError && error.status === 404) throw mismatch(settings);
      const isUnknown = error instanceof KubeconfigError || hasStatus(error, 401);
      const mayBeKnown = isUnknown && performance.now() - start < credentialsMs;
      if (!(error instanceof Error) || !(mayPass(error) || mayBeKnown)) throw error;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw unseen(settings, error);
      await delay(Math.min(Math.max(pauseMs, askedPauseMs(error)), leftMs));
    }
  }
}

function mismatch({ client, namespace, podName }: WaitSettings): ClusterMismatchError {
  return new ClusterMismatchError(
    `Pod ${namespace}/${podName}, which the kubernetes provider reports, is not in the cluster of context ` +
      `"${client.context}" (${client.server}). Either it was deleted meanwhile: run \`pulumi up\` again; or the ` +
      `provider reaches another cluster than its kubeconfig and context say: set both on the provider.`,
  );
}

function unseen({ client, namespace, podName, timeoutSeconds }: WaitSettings, error: Error): InitFailedError {
  const ofCluster = `context "${client.context}", ${client.server}`;
  const message = `the API server did not show it within ${timeoutSeconds} s: ${error.message} (${ofCluster})`;
  return new InitFailedError(`Pod ${namespace}/${podName} failed: ${message}. Run \`pulumi up\` again.`, {
    kind: "failed",
    reason: "Timeout",
    message,
  });
}

/** A report of a failure does not wait longer for events. */
const reportMs = 2_000;

async function failure(
  settings: WaitSettings,
  outcome: Outcome & { kind: "failed" },
  streams: LogStreams,
): Promise<InitFailedError> {
  const { pod, verdict: failed } = outcome;
  if (failed.exitCode !== undefined) await streams.end();
  streams.close();
  if (pod === undefined) {
    return new InitFailedError(
      `Pod ${settings.namespace}/${settings.podName} failed: ${failed.message ?? failed.reason}. Run \`pulumi up\` again.`,
      failed,
    );
  }
  const { container } = failed;
  const [tail, events] = await Promise.all([
    container === undefined
      ? { lines: [], truncated: false }
      : failedTail(settings, pod, container, (attempt) => streams.lastLines(container, attempt)),
    // Those that were read to judge the Pod may be old, or none were needed.
    readEvents(settings, reportMs).catch(() => outcome.events),
  ]);
  const { mask } = settings;
  const explained = withProbe(failed, pod, events);
  const report = failureReport({ pod, verdict: explained, tail, events, now: new Date(), mask });
  return new InitFailedError(renderForPulumi(report), explained);
}
