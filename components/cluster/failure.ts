import { explainExit } from "./exitCodes";
import type { Tail } from "./logs";
import type { ContainerStatus, Pod } from "./pod";
import type { FailedVerdict } from "./verdict";

/** All that the report of a Pod that can't get Ready says. */
export interface Failure {
  pod: Pod;
  verdict: FailedVerdict;
  /** Last log lines of the container at fault. */
  tail: Tail;
}

/** The report of a Pod that can't get Ready: what failed, why, the log's end, the state of all init steps, what to do. */
export function describeFailure({ pod, verdict, tail }: Failure): string {
  return [headline(pod, verdict), stepTable(pod), logSection(verdict, tail), nextSteps(pod, verdict)]
    .filter((section) => section !== "")
    .join("\n\n");
}

function headline(pod: Pod, verdict: FailedVerdict): string {
  const place = `Pod ${pod.metadata.namespace}/${pod.metadata.name}`;
  if (verdict.container === undefined) return `${place} failed: ${verdict.reason}${detail(verdict.message)}`;
  const status = statusOf(pod, verdict.container);
  const attempts =
    status !== undefined && verdict.exitCode !== undefined ? ` after ${count(status.restartCount + 1, "attempt")}` : "";
  const what =
    verdict.exitCode === undefined
      ? `${verdict.reason}${detail(verdict.message)}`
      : `exit code ${verdict.exitCode}${explanation(pod, verdict)}`;
  return `${kindOf(pod, verdict.container)} "${verdict.container}" of ${place} failed${attempts}: ${what}`;
}

function explanation(pod: Pod, { exitCode = 0, reason, container }: FailedVerdict): string {
  const specs = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  const image = specs.find(({ name }) => name === container)?.image;
  const text = reason === "OOMKilled" ? "killed, as it used more memory than its limit" : explainExit(exitCode, image);
  return text === undefined ? "" : ` (${text})`;
}

function kindOf(pod: Pod, container: string): string {
  const init = pod.spec?.initContainers?.find(({ name }) => name === container);
  if (init === undefined) return "container";
  return init.restartPolicy === "Always" ? "restartable init container" : "init container";
}

function stepTable(pod: Pod): string {
  const statuses = pod.status?.initContainerStatuses ?? [];
  if (statuses.length < 2) return "";
  const width = Math.max(...statuses.map(({ name }) => name.length));
  return statuses.map((status) => `  ${status.name.padEnd(width)}  ${stateOf(status)}`).join("\n");
}

/** The state of one container in a few words. */
export function stateOf({ state, lastState, restartCount }: ContainerStatus): string {
  const attempts = restartCount > 0 ? `, attempt ${restartCount + 1}` : "";
  if (state?.running) return `running${attempts}`;
  const ended = state?.terminated ?? lastState?.terminated;
  if (ended) return ended.exitCode === 0 ? `completed${attempts}` : `exit code ${ended.exitCode}${attempts}`;
  const reason = state?.waiting?.reason;
  return reason === undefined || reason === "PodInitializing" ? "not started" : reason;
}

function logSection(verdict: FailedVerdict, { lines, truncated }: Tail): string {
  if (verdict.container === undefined) return "";
  if (lines.length === 0) return verdict.exitCode === undefined ? "" : `It logged nothing.`;
  const title = truncated ? `Last lines of its log:` : `Its log:`;
  return [title, ...lines.map((line) => `  | ${line}`)].join("\n");
}

function nextSteps(pod: Pod, verdict: FailedVerdict): string {
  const { namespace, name } = pod.metadata;
  const look =
    verdict.container !== undefined && verdict.exitCode !== undefined
      ? `kubectl logs -n ${namespace} ${name} -c ${verdict.container}`
      : `kubectl describe pod -n ${namespace} ${name}`;
  return [
    "Next: mend the cause and run `pulumi up` again; it replaces this Pod at once.",
    `To see more: ${look}`,
    "To go on without waiting for this Pod: INIT_POD_WAIT=0",
  ].join("\n");
}

function statusOf(pod: Pod, container: string): ContainerStatus | undefined {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  return [...initContainerStatuses, ...containerStatuses].find(({ name }) => name === container);
}

function detail(message: string | undefined): string {
  return message === undefined || message === "" ? "" : `: ${message}`;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
