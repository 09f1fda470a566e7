import type { ContainerStatus, Pod } from "../pods";
import type { ProgressVerdict, VerdictSettings } from "../verdict";

/** Reasons that say no more than that the container has its turn later, or soon. */
const idleReasons = new Set([
  "",
  "PodInitializing",
  "ContainerCreating",
  "CrashLoopBackOff",
  "ContainersNotReady",
  "Unschedulable",
]);

/** What a Pod that isn't Ready does, in a few words. The same words while it does the same. */
export function progressLine(pod: Pod, at: ProgressVerdict, retries: VerdictSettings["retries"]): string {
  return failedAttempt(pod, retries) ?? stage(pod, at);
}

/** Of what the scheduler says. */
const longestMessage = 120;

function stage(pod: Pod, { kind, container, reason = "", message = "" }: ProgressVerdict): string {
  const why = idleReasons.has(reason) ? "" : `: ${plain(reason)}`;
  if (kind === "pending" && reason === "Unschedulable" && message !== "") {
    return `waiting for a node: ${message.slice(0, longestMessage)}`;
  }
  if (kind === "pending") return `waiting for a node${why}`;
  if (kind !== "initializing" || container === undefined) return `starting, not Ready yet${why}`;
  const names = pod.spec?.initContainers?.map(({ name }) => name) ?? [];
  const place = names.length > 1 ? ` (${names.indexOf(container) + 1} of ${names.length})` : "";
  return `waiting for init container "${container}"${place}${why}`;
}

/** Kubelet shows the two in turn while it tries again and again. */
function plain(reason: string): string {
  return reason === "ErrImagePull" || reason === "ImagePullBackOff" ? "its image can't be pulled so far" : reason;
}

/** A failed attempt of a container that is tried again. */
function failedAttempt({ spec, status }: Pod, retries: VerdictSettings["retries"]): string | undefined {
  const init = status?.initContainerStatuses ?? [];
  const failing = [...init, ...(status?.containerStatuses ?? [])].find((found) => exitCodeOf(found) !== undefined);
  if (failing === undefined) return undefined;
  const { name, state, restartCount } = failing;
  const next = restartCount + (state?.running ? 1 : 2);
  const tolerated = typeof retries === "number" ? retries : (retries.byContainer[name] ?? retries.default);
  const isInit = spec?.initContainers?.some((container) => container.name === name) === true;
  return (
    `${isInit ? "init container" : "container"} "${name}" failed with exit code ${exitCodeOf(failing) ?? "?"}, ` +
    `kubelet tries again (attempt ${next} of ${Math.max(next, tolerated + 1)})`
  );
}

/** Of the last attempt, where that failed and the container isn't through by now. */
function exitCodeOf({ state, lastState, ready }: ContainerStatus): number | undefined {
  const exitCode = (state?.terminated ?? lastState?.terminated)?.exitCode;
  return exitCode === 0 || ready === true ? undefined : exitCode;
}
