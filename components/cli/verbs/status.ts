import { isDeleting, isServing } from "../../cluster/pods";
import { describePod, kubernetesSays, type Step, StepReporter } from "../../cluster/report";
import { hasLabels } from "../../contract";
import { daemonResponds, type DesiredForward, listDesired, liveDaemon } from "../../forward/state";
import type { Command } from "./arguments";
import { chooseAny, isMeant } from "./choose";
import type { ClusterView } from "./clusterView";
import { type DaemonStatus, type ForwardStatus, forwardStatus } from "./forwardStatus";
import { type InitPodState, type InitPodView, type JudgedPod, stateOf, titleOf, urlOf } from "./initPods";
import { type NextStep, nextSteps } from "./nextSteps";

/** One Pod of an InitPod: more than one while it is being replaced. */
export interface PodStatus {
  name: string;
  ready: boolean;
  /** What it does, as an end of the sentence "Pod NAME …". */
  text: string;
  /** What Kubernetes says of that, where it says anything. */
  message?: string;
  /** Its init containers in order, then its app. */
  steps: Step[];
}

export interface InitPodStatus {
  name: string;
  namespace: string;
  state: InitPodState;
  /** `""` where it has none. */
  url: string;
  /** Whether connections to the URL on this machine reach it. */
  forwarded: boolean;
  /** The newest first. */
  pods: PodStatus[];
}

/** All that `status` shows. */
export interface Status {
  /** Whether every InitPod is ready or completed, and every forward works. */
  healthy: boolean;
  cluster?: { context: string; server: string };
  /** Why the cluster could not be read. */
  problem?: string;
  /** The process that forwards. */
  daemon?: DaemonStatus;
  initPods: InitPodStatus[];
  /** Forwards of this machine, also of other clusters. */
  forwards: ForwardStatus[];
  /** What to do. */
  next: NextStep[];
}

/**
 * Puts together what the state folder and the cluster say.
 * @throws {NameError} where a name means nothing that is known.
 */
export async function statusOf(folder: string, command: Command, view: ClusterView | Error): Promise<Status> {
  const { names, namespace } = command;
  const daemon = await daemonStatus(folder);
  const stored = listDesired(folder)
    .filter(({ forward }) => isMeant(names, forward))
    .filter(({ forward }) => namespace === undefined || forward.namespace === namespace)
    .sort((left, right) => (titleOf(left.forward) < titleOf(right.forward) ? -1 : 1));
  const forwards = stored.map((one) => forwardStatus(folder, one, daemon));
  const found = view instanceof Error ? [] : view.initPods;
  if (!(view instanceof Error)) {
    chooseAny(names, [...found, ...stored.map(({ forward }) => forward)], `InitPod in context ${view.context}`);
  }
  const chosen = found.filter((initPod) => isMeant(names, initPod));
  const initPods = await Promise.all(
    chosen.map(async (initPod) => {
      const index = stored.findIndex(({ forward }) => isOf(forward, initPod, view as ClusterView));
      return await initPodStatus(initPod, view as ClusterView, stored[index]?.forward, forwards[index]);
    }),
  );
  const isWell = initPods.every(({ state }) => state === "ready" || state === "completed");
  // One that waits is as well as its InitPod; without one it ends by itself.
  const works = forwards.every(({ problem }) => problem === undefined);
  const isIdle = initPods.some(
    ({ state, url, forwarded }) =>
      state === "ready" && url !== "" && !forwarded && !forwards.some((forward) => forward.url === url),
  );
  return {
    healthy: isWell && works && !(view instanceof Error),
    ...(view instanceof Error
      ? { problem: view.message }
      : { cluster: { context: view.context, server: view.server } }),
    daemon,
    initPods,
    forwards,
    next: nextSteps({ view, initPods: chosen, forwards, isIdle, command }),
  };
}

async function daemonStatus(folder: string): Promise<DaemonStatus | undefined> {
  const daemon = liveDaemon(folder);
  return daemon && { pid: daemon.pid, version: daemon.version, responds: await daemonResponds(folder) };
}

function isOf(forward: DesiredForward, { namespace, pods }: InitPodView, view: ClusterView): boolean {
  const isHere = (forward.clusterUid || forward.server) === (view.clusterUid || view.server);
  return (
    isHere &&
    forward.namespace === namespace &&
    pods.some(({ pod }) => hasLabels(pod.metadata.labels, forward.selector))
  );
}

async function initPodStatus(
  initPod: InitPodView,
  view: ClusterView,
  wanted: DesiredForward | undefined,
  forward: ForwardStatus | undefined,
): Promise<InitPodStatus> {
  const { name, namespace, pods } = initPod;
  // Only the `up` that wrote the forward's file knows whether the logs hold no secret.
  const steps = new StepReporter(wanted?.showLogs === true ? view.logTail : undefined, isOfInterest);
  const quiet = new StepReporter(undefined);
  return {
    name,
    namespace,
    state: stateOf(initPod),
    url: urlOf(initPod)?.url ?? forward?.url ?? "",
    forwarded: forward?.state === "forwarding",
    pods: await Promise.all(
      pods.map((one) => podStatus(one, isServing(one.pod) || isDeleting(one.pod) ? quiet : steps)),
    ),
  };
}

function isOfInterest(state: Step["state"]): boolean {
  return state === "failed" || state === "running";
}

async function podStatus({ pod, verdict }: JudgedPod, steps: StepReporter): Promise<PodStatus> {
  const ready = isServing(pod) && verdict.kind !== "failed";
  const message = kubernetesSays(pod, verdict);
  return {
    name: pod.metadata.name,
    ready,
    text: describePod(pod, verdict),
    ...(message === "" ? {} : { message }),
    steps: await steps.stepsOf(pod),
  };
}
