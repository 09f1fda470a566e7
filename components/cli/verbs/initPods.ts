import { currentPod, hasFailed, latestPod, obstacleOf, type PodSummary } from "../../cluster/pods";
import {
  annotation,
  defaultProtocol,
  type ForwardProtocol,
  isProtocol,
  selectorLabel,
  urlOnThisMachine,
} from "../../contract";

/** An InitPod as its Pods tell of it. */
export interface InitPodView {
  name: string;
  namespace: string;
  /** Labels that its Pods, and only they, share. */
  selector: Record<string, string>;
  /** The newest first, those being deleted last. Never empty. */
  pods: PodSummary[];
}

/** What a Pod says of its URL. */
export interface DeclaredUrl {
  protocol: ForwardProtocol;
  localPort: number;
  podPort: number;
  url: string;
}

/** How an InitPod is, by the newest of its Pods. */
export type InitPodState = "ready" | "completed" | "starting" | "failing" | "deleting";

/** Puts Pods together that are of one InitPod, in the order of namespaces and names. */
export function initPodsOf(pods: readonly PodSummary[]): InitPodView[] {
  const groups = new Map<string, PodSummary[]>();
  for (const pod of pods) {
    const key = JSON.stringify([pod.namespace, selectorOf(pod)]);
    groups.set(key, [...(groups.get(key) ?? []), pod]);
  }
  return [...groups.values()].flatMap(viewOf).sort((left, right) => (titleOf(left) < titleOf(right) ? -1 : 1));
}

/** The URL of an InitPod, by the Pod that serves, else by the newest. */
export function urlOf({ pods }: InitPodView): DeclaredUrl | undefined {
  const pod = currentPod(pods) ?? pods[0];
  return pod && declaredUrl(pod);
}

export function stateOf({ pods }: InitPodView): InitPodState {
  const [pod] = pods;
  if (pod === undefined || pod.deleting) return "deleting";
  if (pod.ready) return "ready";
  // Where it should serve, even a good end is one too early.
  if (pod.phase === "Succeeded" && declaredUrl(pod) === undefined) return "completed";
  const containers = [...pod.init, ...pod.containers];
  const hasEnded = pod.phase === "Failed" || pod.phase === "Succeeded";
  const isHeldUp = containers.some((one) => hasFailed(one) || obstacleOf(one) !== undefined);
  return hasEnded || isHeldUp || (pod.message !== undefined && pod.containers.length === 0) ? "failing" : "starting";
}

/** What an InitPod or a forward is called where it must be told from others. */
export function titleOf({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}

function viewOf(pods: readonly PodSummary[]): InitPodView[] {
  const [pod] = pods;
  if (pod === undefined) return [];
  const name = pod.labels[selectorLabel.name] ?? pod.name;
  return [{ name, namespace: pod.namespace, selector: selectorOf(pod), pods: newestFirst(pods) }];
}

function newestFirst(pods: readonly PodSummary[]): PodSummary[] {
  const newest = latestPod(pods);
  return newest === undefined ? [] : [newest, ...newestFirst(pods.filter((pod) => pod !== newest))];
}

function selectorOf({ labels }: PodSummary): Record<string, string> {
  return Object.fromEntries(
    Object.values(selectorLabel).flatMap((key) => (key in labels ? [[key, labels[key] ?? ""]] : [])),
  );
}

function declaredUrl({ annotations }: PodSummary): DeclaredUrl | undefined {
  const localPort = Number(annotations[annotation.localPort]);
  const podPort = Number(annotations[annotation.port]);
  const protocol = annotations[annotation.protocol] ?? defaultProtocol;
  if (!isPort(localPort) || !isPort(podPort) || !isProtocol(protocol)) return undefined;
  return { protocol, localPort, podPort, url: urlOnThisMachine(protocol, localPort) };
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value < 65_536;
}
