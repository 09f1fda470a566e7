import type { ClusterClient } from "./client";
import { ApiError } from "./errors";
import { describeFailure } from "./failure";
import { LogStreams } from "./logStreams";
import type { Tail } from "./logs";
import { readTail } from "./logs";
import type { Pod, PodEvent } from "./pod";
import { conditionOf, hasBeenReady, hasEnded, isReady } from "./pod";
import type { FailedVerdict, Verdict, VerdictSettings } from "./verdict";
import { graceSeconds, verdict } from "./verdict";
import type { PodWatch } from "./watch";

/** What an init container left behind. */
export interface InitContainerLog {
  container: string;
  exitCode?: number;
  restarts: number;
  log: string[];
  truncated: boolean;
}

export interface WaitSettings {
  client: ClusterClient;
  watch: PodWatch;
  namespace: string;
  podName: string;
  podUid: string;
  retries: VerdictSettings["retries"];
  mustServe: boolean;
  /** Whether this Pod lived before this run: what it logged by then was shown in an earlier one. */
  existed: boolean;
  timeoutSeconds: number;
  /** Hides known secrets. */
  mask: (text: string) => string;
  /** Told of each log line and of each new state. */
  report: (line: string) => void;
}

/** The Pod can't get Ready; the message is the whole report. */
export class InitFailedError extends Error {
  override readonly name = "InitFailedError";
  constructor(
    message: string,
    readonly verdict: FailedVerdict,
  ) {
    super(message);
  }
}

/** The Pod that was created is not in the cluster that is watched. */
export class ClusterMismatchError extends Error {
  override readonly name = "ClusterMismatchError";
}

/**
 * Waits until the Pod is Ready or has completed, and hands its init containers' logs to `report` meanwhile.
 * @throws {InitFailedError} as soon as the Pod can't get Ready any more, and at the deadline.
 * @throws {ClusterMismatchError} where no such Pod is found.
 */
export async function waitUntilReady(settings: WaitSettings): Promise<InitContainerLog[]> {
  const found = await assertSamePod(settings);
  if (settings.existed && !isReady(found) && hasBeenReady(found) && !hasEnded(found)) {
    // Whatever else this run is for must not be held up by a Pod that served before and may do so again.
    settings.report(
      `Pod ${settings.namespace}/${settings.podName} was Ready before and is not now: see kubectl describe pod.`,
    );
    return await initLogs(settings, found);
  }
  const streams = new LogStreams(settings);
  try {
    const pod = await settle(settings, streams);
    await streams.end();
    return await initLogs(settings, pod);
  } finally {
    streams.close();
  }
}

async function assertSamePod({ client, namespace, podName, podUid }: WaitSettings): Promise<Pod> {
  const found = await client.json<Pod>(`/api/v1/namespaces/${namespace}/pods/${podName}`).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  });
  if (found?.metadata.uid === podUid) return found;
  throw new ClusterMismatchError(
    `Pod ${namespace}/${podName}, which the kubernetes provider reports, is not in the cluster of context ` +
      `"${client.context}" (${client.server}). Either it was deleted meanwhile: run \`pulumi up\` again; or the ` +
      `provider reaches another cluster than its kubeconfig and context say: set both on the provider.`,
  );
}

const tickMs = 1000;

/** Resolves with the Pod once it is Ready or completed; rejects once it can't be. */
function settle(settings: WaitSettings, streams: LogStreams): Promise<Pod> {
  const { watch, podName, podUid, timeoutSeconds } = settings;
  const deadline = performance.now() + timeoutSeconds * 1000;
  return new Promise<Pod>((resolve, reject) => {
    let latest: Pod | undefined;
    let events: PodEvent[] = [];
    let stateKey = "";
    let seenSince = performance.now();
    let settled = false;

    const finish = (action: () => void): void => {
      settled = true;
      clearInterval(timer);
      unsubscribe();
      action();
    };
    const fail = (failed: FailedVerdict): void =>
      finish(() => void failure(settings, latest, failed, streams).then(reject, reject));

    const judge = (): void => {
      if (settled || latest === undefined) return;
      const seenSeconds = (performance.now() - seenSince) / 1000;
      const judged = verdict(latest, events, { ...settings, seenSeconds });
      if (judged.kind === "failed") fail(judged);
      else if (judged.kind === "ready" || judged.kind === "completed") {
        const pod = latest;
        finish(() => resolve(pod));
      } else if (performance.now() > deadline) fail(deadlineVerdict(latest, judged, timeoutSeconds));
    };
    const tick = (): void => {
      judge();
      if (latest === undefined && performance.now() > deadline) fail(unseen(timeoutSeconds));
      const seenSeconds = (performance.now() - seenSince) / 1000;
      if (settled || latest === undefined || seenSeconds < graceSeconds.missingConfig) return;
      void readEvents(settings, latest).then((read) => (events = read));
    };

    const timer = setInterval(tick, tickMs);
    const unsubscribe = watch.subscribe(podName, (pod) => {
      if (settled) return;
      if (pod?.metadata.uid !== podUid) {
        fail({ kind: "failed", reason: "Deleted", message: "it was deleted from outside while it was waited for" });
        return;
      }
      const key = waitingKey(pod);
      if (key !== stateKey) {
        stateKey = key;
        seenSince = performance.now();
      }
      if (latest !== undefined || !settings.existed || conditionOf(pod, "Initialized")?.status !== "True") {
        streams.update(pod);
      }
      latest = pod;
      judge();
    });
  });
}

/** Changes when the Pod gets on, and not when only a counter or a message moves. */
function waitingKey({ status }: Pod): string {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return JSON.stringify([
    status?.conditions?.map(({ type, status: value }) => [type, value]),
    containers.map(({ state }) => (state?.waiting ? "waiting" : Object.keys(state ?? {})[0])),
  ]);
}

function unseen(timeoutSeconds: number): FailedVerdict {
  return { kind: "failed", reason: "Timeout", message: `the API server did not show it within ${timeoutSeconds} s` };
}

function deadlineVerdict(pod: Pod, { kind, container }: Verdict, timeoutSeconds: number): FailedVerdict {
  const unready = pod.status?.containerStatuses?.find(({ ready }) => ready !== true)?.name;
  const message =
    kind === "initializing"
      ? `still running after ${timeoutSeconds} s`
      : kind === "pending"
        ? `still not scheduled after ${timeoutSeconds} s`
        : `not Ready after ${timeoutSeconds} s: does its readiness probe pass?`;
  return {
    kind: "failed",
    container: container ?? (kind === "starting" ? unready : undefined),
    reason: "Timeout",
    message,
  };
}

async function failure(
  settings: WaitSettings,
  pod: Pod | undefined,
  judged: FailedVerdict,
  streams: LogStreams,
): Promise<InitFailedError> {
  streams.close();
  if (pod === undefined) {
    return new InitFailedError(
      `Pod ${settings.namespace}/${settings.podName} failed: ${judged.message ?? judged.reason}. Run \`pulumi up\` again.`,
      judged,
    );
  }
  const tail = judged.container === undefined ? noTail : await failedTail(settings, pod, judged.container);
  return new InitFailedError(settings.mask(describeFailure({ pod, verdict: judged, tail })), judged);
}

const noTail: Tail = { lines: [], truncated: false };

/** The log of the attempt that failed: not the current one where the container already runs again. */
async function failedTail(
  { client, namespace, podName, mask }: WaitSettings,
  pod: Pod,
  container: string,
): Promise<Tail> {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const previous = statuses.find(({ name }) => name === container)?.state?.running !== undefined;
  return await readTail(client, { namespace, pod: podName, container, previous }, mask).catch(() => noTail);
}

async function initLogs({ client, namespace, podName, mask }: WaitSettings, pod: Pod): Promise<InitContainerLog[]> {
  return await Promise.all(
    (pod.status?.initContainerStatuses ?? []).map(async ({ name, state, restartCount }) => {
      const { lines, truncated } = await readTail(client, { namespace, pod: podName, container: name }, mask);
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

async function readEvents({ client, namespace }: WaitSettings, pod: Pod): Promise<PodEvent[]> {
  try {
    const fieldSelector = `involvedObject.uid=${pod.metadata.uid}`;
    const list = await client.json<{ items: PodEvent[] }>(`/api/v1/namespaces/${namespace}/events`, {
      query: { fieldSelector },
    });
    return list.items;
  } catch {
    // Without the right to read events a Secret or ConfigMap that is missing for a mount shows only at the deadline.
    return [];
  }
}
