import { lastSeenMs, type Pod, type PodEvent, statusesOf, type TerminatedState } from "../pods";
import type { FailedProbe, FailedVerdict } from "./types";

/**
 * The failure of a container together with the probe for which kubelet killed it: no status tells that, and the exit code
 * may be any, also 0, as many programs end well when they are asked to.
 */
export function withProbe(failure: FailedVerdict, pod: Pod, events: readonly PodEvent[]): FailedVerdict {
  const { container } = failure;
  const status = statusesOf(pod).find(({ name }) => name === container);
  const exit = status?.state?.terminated ?? status?.lastState?.terminated;
  // The reason of another failure is not that of the exit: the next attempt can't start, or the time is over.
  if (container === undefined || exit?.reason !== failure.reason) return failure;
  const kind = killingProbe(container, exit, events);
  if (kind === undefined) return failure;
  const specs = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  const isProgram = specs.find(({ name }) => name === container)?.[`${kind}Probe`]?.exec !== undefined;
  return { ...failure, message: undefined, probe: { kind, words: wordsOf(container, kind, events), isProgram } };
}

/** Source: computePodActions and computeInitContainerActions in pkg/kubelet/kuberuntime of Kubernetes */
function killingProbe(
  container: string,
  exit: TerminatedState,
  events: readonly PodEvent[],
): FailedProbe["kind"] | undefined {
  for (const event of events) {
    const [, name, kind] =
      /^(?:Init c|C)ontainer (\S+) failed (startup|liveness) probe/.exec(event.message ?? "") ?? [];
    if (event.reason === "Killing" && name === container && isDuring(event, exit)) return kind as FailedProbe["kind"];
  }
  return undefined;
}

/** Times have whole seconds. */
const roundingMs = 1_000;

/** Whether a container was alive at the time of an event, or of one of those that it stands for, as far as that is known. */
function isDuring(event: PodEvent, { startedAt, finishedAt }: TerminatedState): boolean {
  const first = Date.parse(event.firstTimestamp ?? event.eventTime ?? "");
  const last = Date.parse(event.lastTimestamp ?? event.eventTime ?? "");
  return !(last < Date.parse(startedAt ?? "") - roundingMs) && !(first > Date.parse(finishedAt ?? "") + roundingMs);
}

/** What the probe was last told. */
function wordsOf(container: string, kind: FailedProbe["kind"], events: readonly PodEvent[]): string {
  const title = kind === "startup" ? "Startup" : "Liveness";
  return events
    .filter(({ reason, involvedObject }) => {
      return reason === "Unhealthy" && (involvedObject?.fieldPath ?? "").endsWith(`{${container}}`);
    })
    .sort((one, other) => lastSeenMs(one) - lastSeenMs(other))
    .reduce((latest, { message = "" }) => {
      const [, words] = new RegExp(`^${title} probe (?:failed|errored[^:]*): ?(.*)$`, "s").exec(message) ?? [];
      return words ?? latest;
    }, "")
    .trim();
}
