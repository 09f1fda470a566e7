import { currentPod, isDeleting, newestFirst, type Pod } from "../../cluster/pods";
import type { Verdict } from "../../cluster/verdict";
import {
  annotation,
  defaultProtocol,
  type ForwardProtocol,
  idLabel,
  isProtocol,
  nameOf,
  urlOnThisMachine,
} from "../../contract";

/** An InitPod as its Pods tell of it. */
export interface InitPodView {
  name: string;
  namespace: string;
  /** Labels that its Pods, and only they, share. */
  /** For the life of its stack. */
  id: string;
  selector: Record<string, string>;
  /** The newest first, those being deleted last. Never empty. */
  pods: JudgedPod[];
}

/** A Pod, and what is to be said of it. */
export interface JudgedPod {
  pod: Pod;
  verdict: Verdict;
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

const stateByVerdict: Readonly<Record<Verdict["kind"], InitPodState>> = {
  pending: "starting",
  initializing: "starting",
  starting: "starting",
  ready: "ready",
  completed: "completed",
  failed: "failing",
};

/** Puts Pods together that are of one InitPod, in the order of namespaces and names. */
export function initPodsOf(judged: readonly JudgedPod[]): InitPodView[] {
  const groups = new Map<string, JudgedPod[]>();
  for (const one of judged) {
    const key = JSON.stringify([one.pod.metadata.namespace, idOf(one.pod)]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].flatMap(viewOf).sort((left, right) => (titleOf(left) < titleOf(right) ? -1 : 1));
}

/** The URL of an InitPod, by the Pod that serves, else by the newest. */
export function urlOf({ pods }: InitPodView): DeclaredUrl | undefined {
  const pod = currentPod(pods.map((one) => one.pod)) ?? pods[0]?.pod;
  return pod && declaredUrl(pod);
}

/** How an InitPod is. */
export function stateOf({ pods: [newest] }: InitPodView): InitPodState {
  return newest === undefined || isDeleting(newest.pod) ? "deleting" : stateByVerdict[newest.verdict.kind];
}

/** What an InitPod or a forward is called where it must be told from others. */
export function titleOf({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}

function viewOf(judged: readonly JudgedPod[]): InitPodView[] {
  const pods = newestFirst(judged.map(({ pod }) => pod)).flatMap((pod) => judged.find((one) => one.pod === pod) ?? []);
  const [first] = pods;
  if (first === undefined) return [];
  const id = idOf(first.pod);
  return [{ id, name: nameOf(id), namespace: first.pod.metadata.namespace, selector: { [idLabel]: id }, pods }];
}

function idOf({ metadata: { name, labels } }: Pod): string {
  return labels?.[idLabel] ?? name;
}

function declaredUrl({ metadata: { annotations = {} } }: Pod): DeclaredUrl | undefined {
  const localPort = Number(annotations[annotation.localPort]);
  const podPort = Number(annotations[annotation.port]);
  const protocol = annotations[annotation.protocol] ?? defaultProtocol;
  if (!isPort(localPort) || !isPort(podPort) || !isProtocol(protocol)) return undefined;
  return { protocol, localPort, podPort, url: urlOnThisMachine(protocol, localPort) };
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value < 65_536;
}
