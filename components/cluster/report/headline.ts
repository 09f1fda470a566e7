import { cleanLine } from "../../text";
import { explainExit } from "./exitCodes";
import type { FailureFacts } from "./facts";
import { imageAtFault } from "./hints/image";
import { readableMessage } from "./readableMessage";

/** What Kubernetes' reasons mean, in plain words. */
const phrases: Readonly<Record<string, string>> = {
  InvalidImageName: "its image name is not valid",
  ErrImagePull: "its image can't be pulled",
  ImagePullBackOff: "its image can't be pulled",
  RegistryUnavailable: "its image can't be pulled",
  ImageInspectError: "its image can't be read",
  SignatureValidationFailed: "its image's signature is not valid",
  ErrImageNeverPull: "its image is not on the node and may not be pulled",
  CreateContainerConfigError: "it can't be configured",
  CreateContainerError: "it can't be created",
  RunContainerError: "it can't be started",
  StartError: "it can't be started",
  ContainerCannotRun: "it can't be started",
  FailedMount: "a volume can't be mounted",
  Unschedulable: "no node can take it",
  Evicted: "the node evicted it",
  Preempting: "it made room for a Pod of higher priority",
  DeadlineExceeded: "its activeDeadlineSeconds are over",
  StepTimeout: "its time is over",
  NodeLost: "its node does not answer",
};

const pullReasons = new Set(["ErrImagePull", "ImagePullBackOff", "RegistryUnavailable"]);

const roles = { init: "init container", sidecar: "restartable init container", app: "container" } as const;

/** Who failed: `init container "fetch"`; nothing where the Pod as a whole did. */
export function failedContainer({ container, role = "app" }: FailureFacts): string | undefined {
  return container === undefined ? undefined : `${roles[role]} "${container}"`;
}

/** What happened, in one sentence. */
export function failedBecause(facts: FailureFacts, mask: (text: string) => string): string {
  const { exitCode, message, probe } = facts.verdict;
  const said = probe?.words ?? (exitCode === undefined ? message : undefined);
  const detail = mask(cleanLine(readableMessage(said)));
  return detail === "" ? cause(facts) : `${cause(facts)}: ${detail}`;
}

/** Who failed and what happened, without what Kubernetes says of it; nor any words of a program, as they may hold a secret. */
export function failedBriefly(facts: FailureFacts): string {
  const who = failedContainer(facts);
  if (who === undefined) return cause(facts);
  const { probe } = facts.verdict;
  if (probe !== undefined) {
    const words = probe.isProgram ? "" : cleanLine(probe.words);
    return `${who} was ${cause(facts)}${words === "" ? "" : `: ${words}`}`;
  }
  return facts.verdict.exitCode === undefined ? `${who}: ${cause(facts)}` : `${who} failed with ${cause(facts)}`;
}

function cause(facts: FailureFacts): string {
  const { exitCode, reason, probe } = facts.verdict;
  if (probe !== undefined) return `killed, as its ${probe.kind} probe fails`;
  if (exitCode !== undefined) {
    if (reason === "OOMKilled" && exitCode === 0) return `exit code 0, but ${outOfMemory(facts)}`;
    const meaning = reason === "OOMKilled" ? outOfMemory(facts) : explainExit(exitCode, facts.process);
    return `exit code ${exitCode}${meaning === undefined ? "" : ` (${meaning})`}`;
  }
  const volume = pullReasons.has(reason) ? imageAtFault(facts, facts.verdict.message).volume : undefined;
  if (volume !== undefined) return `the image of its volume "${volume}" can't be pulled (${reason})`;
  const phrase = phrases[reason];
  return phrase === undefined ? reason : `${phrase} (${reason})`;
}

/** Whether the container ran and ended in a way that counts against it. */
export function hasRun({ exitCode, probe }: FailureFacts["verdict"]): boolean {
  return exitCode !== undefined || probe !== undefined;
}

/** Whether it is for the time that it takes, and not for what became of an attempt. */
export function isOverTime({ reason }: FailureFacts["verdict"]): boolean {
  return reason === "Timeout" || reason === "StepTimeout";
}

/** `after 2 attempts`, where there is an exit code to each of them; the attempt that runs now has not failed. */
export function failedAttempts({ status, verdict }: FailureFacts): string | undefined {
  if (status === undefined || !hasRun(verdict)) return undefined;
  const attempts = status.restartCount + (status.state?.running === undefined ? 1 : 0);
  return `after ${attempts} attempt${attempts === 1 ? "" : "s"}`;
}

function outOfMemory({ memoryLimit }: FailureFacts): string {
  return memoryLimit === undefined
    ? "OOMKilled: the node ran out of memory"
    : `OOMKilled: it used more memory than its limit, ${memoryLimit}`;
}
