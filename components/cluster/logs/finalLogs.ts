import { errorText } from "../../text";
import { within } from "../../time";
import type { ClusterClient } from "../api";
import type { Pod } from "../pods";
import { readTail, type Tail } from "./tail";

/** What an init container left behind. */
export interface InitContainerLog {
  container: string;
  exitCode?: number;
  restarts: number;
  log: string[];
  truncated: boolean;
}

export interface FinalLogSettings {
  client: ClusterClient;
  namespace: string;
  podName: string;
  /** Hides known secrets. */
  mask: (text: string) => string;
}

/** The ends of the logs of all init containers, in order. A log that can't be read says so in its place. */
export async function initLogs(settings: FinalLogSettings, pod: Pod): Promise<InitContainerLog[]> {
  return await Promise.all(
    (pod.status?.initContainerStatuses ?? []).map(async ({ name, state, restartCount }) => {
      const { lines, truncated } = await readTwice(settings, name);
      const exitCode = state?.terminated?.exitCode;
      return {
        container: name,
        ...(exitCode === undefined ? {} : { exitCode }),
        restarts: restartCount,
        log: lines,
        truncated,
      };
    }),
  );
}

async function readTwice({ client, namespace, podName, mask }: FinalLogSettings, container: string): Promise<Tail> {
  const source = { namespace, pod: podName, container };
  const read = async (): Promise<Tail> => await readTail(client, source, mask);
  try {
    return await read().catch(read);
  } catch (error) {
    // The Pod is Ready all the same.
    const text = errorText(error);
    return { lines: [`(this log could not be read: ${text})`], truncated: false };
  }
}

/** A report of a failure must not wait for a server that has fallen silent. */
const failureMs = 3_000;
const noTail: Tail = { lines: [], truncated: false };

/** The end of the log of the attempt that failed: not the current one where the container already runs again. */
export async function failedTail(
  { client, namespace, podName, mask }: FinalLogSettings,
  pod: Pod,
  container: string,
): Promise<Tail> {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const status = statuses.find(({ name }) => name === container);
  const previous = status?.state?.running !== undefined && status.lastState?.terminated !== undefined;
  const read = readTail(client, { namespace, pod: podName, container, previous }, mask).catch(() => noTail);
  return await within(failureMs, read, () => noTail);
}
