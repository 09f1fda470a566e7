import {
  type ContainerInPod,
  containersOf,
  type ContainerState,
  containerState,
  isIdle,
  restartsInPlace,
} from "../../containers";
import type { ContainerRole, Pod } from "../../pods";
import type { ProgressVerdict } from "../../verdict";
import { endedHow } from "./endedHow";

/** An attempt of a container that failed and is followed by another one. */
export interface Retry {
  container: string;
  role: ContainerRole;
  /** How the last one ended, as an end of the sentence "It …". */
  how: string;
  /** Number of the attempt that runs, else of the next. */
  attempt: number;
  isRunning: boolean;
}

/** What a Pod that isn't Ready does: the same for all who tell of it, each in words of its own. */
export type Standing =
  | { kind: "unplaced"; reason: string; message: string }
  /** All containers are started anew; `by`: whose rule says so. */
  | { kind: "restarts"; by: readonly string[] }
  | { kind: "retries"; retry: Retry }
  /** At an init container. `reason`: what keeps that from starting; "" where nothing does. `beside`: sidecars that end meanwhile. */
  | { kind: "initializing"; container: string; isRunning: boolean; reason: string; beside: readonly Retry[] }
  /** `container`: which can't start, or is waited for. */
  | { kind: "starting"; container?: string; isRunning: boolean; reason: string };

/** Reasons of a Pod as a whole that say no more than its stage does. */
const stageReasons = new Set(["ContainersNotReady", "Unschedulable"]);

export function standingOf(pod: Pod, at: ProgressVerdict): Standing {
  const reason = isIdle(at.reason) || stageReasons.has(at.reason ?? "") ? "" : (at.reason ?? "");
  if (at.kind === "pending") return { kind: "unplaced", reason: at.reason ?? "", message: at.message ?? "" };
  const restart = restartsInPlace(pod);
  if (restart !== undefined) return { kind: "restarts", by: restart.by };
  const all = containersOf(pod).map((container) => ({ container, state: containerState(container) }));
  const retries = all.filter(isRetried);
  const isBeside = ({ container: { role, status } }: Judged): boolean =>
    at.kind === "initializing" && role === "sidecar" && status.name !== at.container;
  const own =
    retries.find(({ container }) => container.status.name === at.container) ?? retries.find((one) => !isBeside(one));
  if (own !== undefined) return { kind: "retries", retry: retryOf(own) };
  const isRunning = all.some(
    ({ container, state }) => container.status.name === at.container && state.kind === "running",
  );
  if (at.kind !== "initializing" || at.container === undefined) {
    return { kind: "starting", container: at.container, isRunning, reason };
  }
  const beside = retries.filter(isBeside).map(retryOf);
  return { kind: "initializing", container: at.container, isRunning, reason, beside };
}

interface Judged {
  container: ContainerInPod;
  state: ContainerState;
}

/** Whether its last attempt failed and it isn't through by now. */
function isRetried({ container: { role, status }, state }: Judged): boolean {
  if (!state.endedBadly || (state.kind !== "failed" && state.kind !== "running")) return false;
  return role === "init" || status.ready !== true;
}

function retryOf({ container: { role, status }, state: { ended, kind } }: Judged): Retry {
  const isRunning = kind === "running";
  return {
    container: status.name,
    role,
    how: ended === undefined ? "failed" : endedHow(ended),
    attempt: status.restartCount + (isRunning ? 1 : 2),
    isRunning,
  };
}
