import { type Retries, toleratedRetries } from "../../contract";
import { containerState, type ContainerStatus, isIdle, type Pod, roleOf, statusesOf } from "../pods";
import type { ProgressVerdict } from "../verdict";

/** Reasons of a Pod as a whole that say no more than its stage does. */
const stageReasons = new Set(["ContainersNotReady", "Unschedulable"]);

/** What a Pod that isn't Ready does, in a few words. The same words while it does the same. */
export function progressLine(pod: Pod, at: ProgressVerdict, retries: Retries): string {
  return failedAttempt(pod, retries) ?? stage(pod, at);
}

/** Of what the scheduler says. */
const longestMessage = 120;

function stage(pod: Pod, { kind, container, reason = "", message = "" }: ProgressVerdict): string {
  const why = isIdle(reason) || stageReasons.has(reason) ? "" : `: ${plain(reason)}`;
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
function failedAttempt(pod: Pod, retries: Retries): string | undefined {
  const failing = statusesOf(pod).find((status) => exitCodeOf(status) !== undefined);
  if (failing === undefined) return undefined;
  const { name, state, restartCount } = failing;
  const next = restartCount + (state?.running ? 1 : 2);
  return (
    `${roleOf(pod, name) === "app" ? "container" : "init container"} "${name}" failed with exit code ` +
    `${exitCodeOf(failing) ?? "?"}, kubelet tries again (attempt ${next} of ` +
    `${Math.max(next, toleratedRetries(retries, name) + 1)})`
  );
}

/** Of the last attempt, where that failed and the container isn't through by now. */
function exitCodeOf(status: ContainerStatus): number | undefined {
  const { exitCode } = containerState(status).ended ?? {};
  return exitCode === 0 || status.ready === true ? undefined : exitCode;
}
