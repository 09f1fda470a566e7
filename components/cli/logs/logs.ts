import { type LogLine, LogStreams } from "../../cluster/logs";
import type { ContainerStatus, Pod } from "../../cluster/pods";
import { describePod } from "../../cluster/report";
import { didYouMean } from "../../text";
import {
  chooseAny,
  chooseEach,
  type ClusterView,
  type Command,
  flagsOf,
  type InitPodView,
  NameError,
  titleOf,
} from "../verbs";
import type { LogSink, PodLogs } from "./entry";
import { followUntilReady } from "./follow";
import { maskingOf } from "./secrets";
import { frozen, previousOf, statusesFor } from "./statuses";
import { Transcript } from "./transcript";

/** Logs that can't be shown. */
export class LogsError extends Error {
  override readonly name = "LogsError";
}

/**
 * Hands the logs of InitPods to a sink: of each step, or of the one that is named, every attempt that kubelet still has.
 * @returns whether all is well: false where a Pod that was followed has failed, or is gone.
 * @throws {NameError} where the InitPod or the step does not exist.
 * @throws {LogsError} where logs are withheld or can't be read.
 */
export async function showLogs(view: ClusterView, command: Command, sink: LogSink): Promise<boolean> {
  const { names, step, follow, previous } = command;
  const choose = follow === true ? chooseEach : chooseAny;
  const chosen = choose(names, view.initPods, `InitPod in context ${view.context}`);
  let isWell = true;
  for (const initPod of chosen) {
    const begin = async (pod: Pod): Promise<PodLogs> => await beginLogs(view, initPod, pod, command, sink);
    const [newest] = initPod.pods;
    if (newest === undefined) continue;
    const { pod, verdict } = newest;
    checkStep(initPod, pod, step);
    if (follow === true) isWell = (await followUntilReady(view, initPod, pod, begin, sink)) && isWell;
    else {
      const statuses = statusesFor(pod, step);
      if (previous === true) checkPrevious(initPod, statuses, step);
      else if (statuses.every(({ containerID = "" }) => containerID === ""))
        sink.note(`Nothing has been logged so far: Pod ${titleOf(pod.metadata)} ${describePod(pod, verdict)}.`);
      const logs = await begin(pod);
      await logs.finish(pod);
    }
  }
  return isWell;
}

async function beginLogs(
  view: ClusterView,
  { name }: InitPodView,
  pod: Pod,
  command: Command,
  sink: LogSink,
): Promise<PodLogs> {
  const { step, previous } = command;
  const { namespace, name: podName } = pod.metadata;
  const isApp = step !== undefined && pod.spec?.containers?.some((container) => container.name === step) === true;
  const masking = await maskingOf(view.client, pod, isApp);
  if ("withheld" in masking) {
    const which = step === undefined ? "--all-containers" : `-c ${step}`;
    throw new LogsError(
      `The logs of Pod ${namespace}/${podName} are withheld, as they may hold a secret: ${masking.withheld}. ` +
        `To see them as they are: kubectl${flagsOf(command)} logs -n ${namespace} ${podName} ${which}`,
    );
  }
  const shown = (now: Pod): ContainerStatus[] => {
    const statuses = statusesFor(now, step);
    return previous === true ? statuses.flatMap(previousOf) : statuses;
  };
  const transcript = new Transcript({ name, namespace, pod: podName }, sink.entry);
  const denied = new AbortController();
  const streams = new LogStreams({
    client: view.client,
    namespace,
    podName,
    mask: masking.mask,
    mostLines: Infinity,
    statuses: shown,
    report: (_line: string, of?: LogLine) => {
      if (of === undefined) denied.abort();
      else if (previous !== true || isShown(shown(pod), of)) transcript.take(of);
    },
  });
  return {
    denied: denied.signal,
    see: (now) => {
      transcript.see(shown(now));
      streams.update(now);
    },
    finish: async (now) => {
      transcript.see(shown(now));
      streams.update(frozen(now));
      await streams.finished();
      streams.close();
      if (denied.signal.aborted)
        throw new LogsError(
          `There is no right to \`get\` \`pods/log\` in namespace ${namespace}: the logs of Pod ${podName} can't be shown.`,
        );
      transcript.finish();
    },
  };
}

/** Of the earlier attempts alone, those before them are not missed. */
function isShown(statuses: readonly ContainerStatus[], { container, attempt }: LogLine): boolean {
  return statuses.some(({ name, restartCount }) => name === container && attempt > restartCount);
}

function checkStep(initPod: InitPodView, { spec }: Pod, step: string | undefined): void {
  const names = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(({ name }) => name);
  if (step === undefined || names.includes(step)) return;
  const near = didYouMean(step, names);
  throw new NameError(
    `InitPod ${titleOf(initPod)} has no step named ${step}.${near === undefined ? "" : ` Did you mean ${near}?`} ` +
      `There ${names.length === 1 ? "is" : "are"}: ${names.join(", ")}.`,
  );
}

function checkPrevious(initPod: InitPodView, statuses: readonly ContainerStatus[], step: string | undefined): void {
  if (statuses.some((status) => previousOf(status).length > 0)) return;
  const who = step === undefined ? "No step" : `Step ${step}`;
  const was = step === undefined ? "was" : "was not";
  throw new LogsError(`${who} of InitPod ${titleOf(initPod)} ${was} started again: there is no earlier attempt.`);
}
