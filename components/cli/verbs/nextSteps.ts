import { ApiError, UnreachableError } from "../../cluster/api";
import type { Pod } from "../../cluster/pods";
import { failureFacts, isOverTime, lookCommand, standingOf } from "../../cluster/report";
import type { ProgressVerdict } from "../../cluster/verdict";
import type { Command } from "./arguments";
import type { ClusterView } from "./clusterView";
import type { ForwardStatus } from "./forwardStatus";
import { type InitPodView, stateOf, titleOf } from "./initPods";

/** Something to do about what is not well. */
export interface NextStep {
  command: string;
  /** What it does or tells, as an end of the sentence "It …". */
  why: string;
}

/** What the next steps follow from. */
export interface Findings {
  view: ClusterView | Error;
  initPods: readonly InitPodView[];
  forwards: readonly ForwardStatus[];
  /** Whether the URL of an InitPod that is ready does not lead to it on this machine. */
  isIdle: boolean;
  command: Pick<Command, "context" | "kubeconfig">;
}

/** What to do about all that is not well, each command once; nothing where all is well. */
export function nextSteps({ view, initPods, forwards, isIdle, command }: Findings): NextStep[] {
  const flags = flagsOf(command);
  const current = view instanceof Error ? undefined : view.context;
  const contextOf = (forward: ForwardStatus): string =>
    forward.context === current || current === undefined ? flags : flagsOf({ context: forward.context });
  const down = forwards.filter(({ problem }) => problem?.kind === "notRunning");
  const steps = [
    ...(view instanceof Error ? ofCluster(view, `kubectl${flags}`) : []),
    ...initPods.flatMap((initPod) => ofInitPod(initPod, flags)),
    ...initPods.filter(needsUp).map(() => replace),
    ...forwards.filter(({ problem }) => problem?.kind === "noPod").flatMap(ofMissing),
    ...forwards.flatMap((forward) => ofForward(forward, `kubectl${contextOf(forward)}`)),
    ...forwards
      .filter(({ problem }) => problem?.kind === "notResponding")
      .map((forward) => restart(contextOf(forward))),
    ...[...(isIdle ? [flags] : []), ...down.map(contextOf)].map(revive),
  ];
  return [...new Map(steps.map((step) => [step.command, step])).values()];
}

const replace: NextStep = { command: "pulumi up", why: "makes failed and deleted Pods anew, once the cause is gone" };

function ofMissing(forward: ForwardStatus): NextStep[] {
  return [
    replace,
    { command: `npx init-pod stop ${titleOf(forward)}`, why: "ends the forward, where its stack is gone" },
  ];
}

function restart(flags: string): NextStep {
  return {
    command: `npx init-pod forward${flags}`,
    why: "replaces the forwarder that does not answer, as pulumi up does",
  };
}

function revive(flags: string): NextStep {
  return { command: `npx init-pod forward${flags}`, why: "makes the URLs answer on this machine" };
}

function needsUp(initPod: InitPodView): boolean {
  const state = stateOf(initPod);
  return state === "failing" || state === "deleting";
}

function ofCluster(problem: Error, kubectl: string): NextStep[] {
  if (problem instanceof ApiError && problem.status === 403) {
    return [
      { command: `${kubectl} auth can-i list pods`, why: "tells whether you may see the InitPods, with -n also where" },
    ];
  }
  const isSilent = problem instanceof ApiError || problem instanceof UnreachableError;
  return isSilent ? [{ command: `${kubectl} version`, why: "tells whether the cluster answers you at all" }] : [];
}

/** The newest Pod tells what to look at. */
function ofInitPod(initPod: InitPodView, flags: string): NextStep[] {
  const state = stateOf(initPod);
  const [newest] = initPod.pods;
  if (newest === undefined || (state !== "failing" && state !== "starting")) return [];
  const { pod, verdict } = newest;
  if (verdict.kind === "failed") {
    const command = lookCommand(failureFacts(pod, verdict), `kubectl${flags}`);
    const isLogged = verdict.exitCode !== undefined || verdict.probe !== undefined || isOverTime(verdict);
    return [{ command, why: whyLook(verdict.container, isLogged) }];
  }
  if (verdict.kind === "ready" || verdict.kind === "completed") return [];
  return [ofProgress(pod, verdict, `npx init-pod logs ${titleOf(initPod)}`, flags)];
}

function whyLook(container: string | undefined, isLogged: boolean): string {
  if (container === undefined) return "tells what Kubernetes says of it";
  return isLogged ? `shows all that ${container} logged` : `tells why ${container} can't start`;
}

/** Of a Pod that may still get Ready. */
function ofProgress(pod: Pod, at: ProgressVerdict, logs: string, flags: string): NextStep {
  const { namespace, name } = pod.metadata;
  const described = (why: string): NextStep => ({
    command: `kubectl${flags} describe pod -n ${namespace} ${name}`,
    why,
  });
  const standing = standingOf(pod, at);
  switch (standing.kind) {
    case "unplaced":
      return described("tells why no node has taken it");
    case "restarts":
      return described("tells which of its containers ended");
    case "retries": {
      const { container } = standing.retry;
      return { command: `${logs} ${container}${flags}`, why: `shows all that ${container} logged, attempt by attempt` };
    }
    default: {
      const { kind, container, isRunning, reason } = standing;
      if (reason !== "" && container !== undefined) return described(`tells why ${container} can't start`);
      if (kind === "initializing" && isRunning) {
        return { command: `${logs} ${container}${flags} -f`, why: `follows the log of ${container}` };
      }
      return described("tells why it is not Ready");
    }
  }
}

function ofForward({ namespace, pod, problem }: ForwardStatus, kubectl: string): NextStep[] {
  switch (problem?.kind) {
    case "notAnswering":
      return pod === undefined
        ? []
        : [{ command: `${kubectl} logs -n ${namespace} ${pod}`, why: "shows what the app says" }];
    case "forbidden": {
      const command = `${kubectl} auth can-i create pods/portforward -n ${namespace}`;
      return [{ command, why: "tells whether you have the right; it takes get as well" }];
    }
    case "unreachable":
      return [{ command: `${kubectl} version`, why: "tells whether the cluster answers you at all" }];
    default:
      return [];
  }
}

/** So that a command asks the same cluster as this one did. */
export function flagsOf({ context, kubeconfig }: Pick<Command, "context" | "kubeconfig">): string {
  return (
    (kubeconfig === undefined ? "" : ` --kubeconfig ${quoted(kubeconfig)}`) +
    (context === undefined ? "" : ` --context ${quoted(context)}`)
  );
}

function quoted(word: string): string {
  return /^[\w./:@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
