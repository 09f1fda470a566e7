import { listPods, newestFirst, type Pod, PodWatch } from "../../cluster/pods";
import { describePod } from "../../cluster/report";
import { currentVerdict } from "../../cluster/verdict";
import { waitForPod } from "../../cluster/wait";
import { expectationsOf, labelSelector } from "../../contract";
import { delay } from "../../time";
import { type ClusterView, type InitPodView, titleOf } from "../verbs";
import type { LogSink, PodLogs } from "./entry";

/** Between two looks for a Pod that replaces the one that is followed. */
const lookMs = 1_000;
/** For so long one is waited for once a Pod is gone: where names are fixed, the old one goes first. */
const replacementMs = 15_000;

class Replaced extends Error {
  constructor(readonly by: Pod) {
    super();
  }
}

class Denied extends Error {}

/**
 * Shows the logs of an InitPod as they come, until its Pod is Ready or can't get Ready any more. A Pod that is replaced
 * meanwhile is followed by the new one.
 * @returns whether the Pod got Ready.
 */
export async function followUntilReady(
  view: ClusterView,
  initPod: InitPodView,
  first: Pod,
  begin: (pod: Pod) => Promise<PodLogs>,
  sink: LogSink,
): Promise<boolean> {
  for (let pod = first; ;) {
    const { isReady, newer, words } = await followOne(view, initPod, pod, await begin(pod), sink);
    sink.note(`Pod ${titleOf(pod.metadata)} ${words}.`);
    if (newer === undefined) return isReady;
    pod = newer;
  }
}

interface Followed {
  isReady: boolean;
  /** By which it was replaced. */
  newer?: Pod;
  /** What became of it. */
  words: string;
}

async function followOne(
  view: ClusterView,
  initPod: InitPodView,
  pod: Pod,
  logs: PodLogs,
  sink: LogSink,
): Promise<Followed> {
  const { client } = view;
  const { namespace, uid, name, annotations } = pod.metadata;
  const watch = new PodWatch(client, namespace, labelSelector(initPod.selector), sink.note);
  const stop = new AbortController();
  const end = (error: Error): void => stop.abort(error);
  logs.denied.addEventListener("abort", () => end(new Denied()));
  void newerPod(view, initPod, pod, stop.signal).then((newer) => newer && end(new Replaced(newer)));
  let last = pod;
  try {
    const outcome = await waitForPod(
      {
        ...expectationsOf(annotations),
        client,
        watch,
        namespace,
        podName: name,
        podUid: uid,
        selector: initPod.selector,
        existed: true,
        timeoutSeconds: Infinity,
        deadline: Infinity,
        signal: stop.signal,
        report: sink.note,
        noteOn: () => undefined,
        onPod: (now) => {
          last = now;
          logs.see(now);
        },
      },
      pod,
    );
    if (outcome.kind === "ready") return { isReady: true, words: describePod(last, currentVerdict(last, [])) };
    const { verdict } = outcome;
    if (verdict.reason !== "Deleted") return { isReady: false, words: describePod(last, verdict) };
    const newer = await newerPod(view, initPod, pod, AbortSignal.timeout(replacementMs));
    return { isReady: false, newer, words: newer ? replacedBy(newer) : "was deleted, and no other has come" };
  } catch (error) {
    if (error instanceof Denied) return { isReady: false, words: "is not followed" };
    if (error instanceof Replaced) return { isReady: false, newer: error.by, words: replacedBy(error.by) };
    throw error;
  } finally {
    stop.abort();
    watch.close();
    await logs.finish(last);
  }
}

function replacedBy({ metadata }: Pod): string {
  return `is replaced by Pod ${titleOf(metadata)}`;
}

/** A younger Pod of the same InitPod, as soon as there is one. */
async function newerPod(
  { client }: ClusterView,
  { namespace, selector }: InitPodView,
  { metadata }: Pod,
  signal: AbortSignal,
): Promise<Pod | undefined> {
  const request = { namespace, labelSelector: labelSelector(selector), signal };
  while (!signal.aborted) {
    await delay(lookMs, signal);
    // Whatever is the matter with the connection, the watch tells of it.
    const listed = await listPods(client, request).catch(() => undefined);
    const [newest] = newestFirst(listed?.pods ?? []);
    if (newest === undefined || newest.metadata.uid === metadata.uid) continue;
    if ((newest.metadata.creationTimestamp ?? "") >= (metadata.creationTimestamp ?? "")) return newest;
  }
  return undefined;
}
