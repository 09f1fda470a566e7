import { listDesired, type StoredForward } from "../forward/desired";
import { liveDaemon } from "../forward/lock";
import { describePod, hasLabels, type ContainerSummary, type PodSummary } from "../forward/pods";
import { readRecord, type ForwardRecord } from "../forward/record";
import { declaredUrl, initPodName, type ClusterView } from "./clusterView";

/** A forward of this machine. */
export interface ForwardStatus {
  name: string;
  namespace: string;
  context: string;
  url: string;
  /** Whether connections reach a Ready Pod now. */
  state: "forwarding" | "waiting" | "down";
  pod?: string;
  problem?: string;
  connections: ForwardRecord["connections"];
  bytes: ForwardRecord["bytes"];
}

/** One Pod of an InitPod. */
export interface PodStatus {
  name: string;
  namespace: string;
  pod: string;
  ready: boolean;
  state: string;
  steps: ContainerSummary[];
  /** `""` where it has none. */
  url: string;
  /** Whether the URL answers on this machine. */
  forwarded: boolean;
}

/** All that `status` shows. */
export interface Status {
  cluster: { context: string; server: string } | undefined;
  /** Why the cluster could not be read. */
  problem: string | undefined;
  daemon: { pid: number; version: string } | undefined;
  initPods: PodStatus[];
  forwards: ForwardStatus[];
  /** What to do. */
  next: string[];
  healthy: boolean;
}

/** Puts together what the state folder and the cluster say. */
export function statusOf(folder: string, names: readonly string[], view: ClusterView | Error): Status {
  const daemon = liveDaemon(folder);
  const isWanted = (name: string): boolean => names.length === 0 || names.includes(name);
  const stored = listDesired(folder).filter(({ forward }) => isWanted(forward.name));
  const forwards = stored.map((one) => forwardStatus(folder, one, daemon?.pid));
  const pods = view instanceof Error ? [] : view.pods.filter((pod) => isWanted(initPodName(pod)));
  const initPods = pods.map((pod) => podStatus(pod, stored, forwards)).sort(byName);
  const isDown = forwards.some(({ state }) => state === "down");
  return {
    cluster: view instanceof Error ? undefined : { context: view.context, server: view.server },
    problem: view instanceof Error ? view.message : undefined,
    daemon: daemon && { pid: daemon.pid, version: daemon.version },
    initPods,
    forwards,
    next: nextSteps(initPods, isDown),
    healthy: !isDown && !(view instanceof Error) && initPods.every(({ ready }) => ready),
  };
}

function forwardStatus(folder: string, { key, forward }: StoredForward, daemonPid: number | undefined): ForwardStatus {
  const record = readRecord(folder, key);
  const isServed = record?.pid === daemonPid && record !== undefined;
  const works = isServed && record.listening;
  return {
    name: forward.name,
    namespace: forward.namespace,
    context: forward.context,
    url: `${forward.protocol}://127.0.0.1:${forward.localPort}`,
    state: !works ? "down" : record.pod === undefined ? "waiting" : "forwarding",
    pod: works ? record.pod?.name : undefined,
    problem: isServed ? (record.error ?? record.failure?.message) : "the forwarder does not run",
    connections: record?.connections ?? { open: 0, total: 0 },
    bytes: record?.bytes ?? { sent: 0, received: 0 },
  };
}

function podStatus(pod: PodSummary, stored: readonly StoredForward[], forwards: readonly ForwardStatus[]): PodStatus {
  const index = stored.findIndex(
    ({ forward }) => forward.namespace === pod.namespace && hasLabels(pod, forward.selector),
  );
  const forward = forwards[index];
  return {
    name: initPodName(pod),
    namespace: pod.namespace,
    pod: pod.name,
    ready: pod.ready && !pod.deleting,
    state: pod.ready && !pod.deleting ? "Ready" : describePod(pod),
    steps: pod.init,
    url: forward?.url ?? declaredUrl(pod)?.url ?? "",
    forwarded: forward !== undefined && forward.state !== "down" && forward.pod === pod.name,
  };
}

function nextSteps(initPods: readonly PodStatus[], isDown: boolean): string[] {
  const steps: string[] = [];
  const isIdle = initPods.some(({ ready, url, forwarded }) => ready && url !== "" && !forwarded);
  if (isDown || isIdle) steps.push("init-pod forward    makes the URLs answer on this machine");
  const failing = initPods.find(({ steps: ran }) => ran.some(({ state, exitCode }) => state !== "done" && exitCode));
  const step = failing?.steps.find(({ state, exitCode }) => state !== "done" && exitCode);
  if (failing !== undefined && step !== undefined) {
    steps.push(`kubectl logs -n ${failing.namespace} ${failing.pod} -c ${step.name} --previous    shows why it failed`);
    steps.push("pulumi up    replaces a failed Pod, once the cause is gone");
  }
  return steps;
}

function byName(left: PodStatus, right: PodStatus): number {
  return `${left.namespace}/${left.name}/${left.pod}` < `${right.namespace}/${right.name}/${right.pod}` ? -1 : 1;
}
