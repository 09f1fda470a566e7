import { type ClusterClient, hasStatus } from "../../cluster/api";
import { isDeletedInForeground, listPods, watchPods } from "../../cluster/pods";
import { backoffMs, delay } from "../../time";

const watchSeconds = 240;
const silenceMs = 90_000;
/** Between two watches. */
const pauseMs = 1_000;

/** Which Services are followed, and how. */
export interface ServiceScope {
  namespace: string;
  labelSelector: string;
  /** Whether that there is none means that it was deleted before. */
  isOneExpected: boolean;
}

/**
 * Follows Services until one is deleted in the foreground, as Pulumi does it. Resolves with false where they may not be
 * followed, or once the signal is aborted. Never rejects.
 */
export async function untilServiceDeleted(
  connect: () => Promise<ClusterClient>,
  { namespace, labelSelector, isOneExpected }: ServiceScope,
  signal: AbortSignal,
): Promise<boolean> {
  const request = { resource: "services", namespace, labelSelector, signal } as const;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const client = await connect();
      const { pods: services, version } = await listPods(client, request);
      if (isOneExpected && services.length === 0) return true;
      if (services.some(isDeletedInForeground)) return true;
      const watch = await watchPods(client, { ...request, version, seconds: watchSeconds, silenceMs });
      for await (const { object } of watch) if (isDeletedInForeground(object)) return true;
      failures = 0;
      await delay(pauseMs, signal);
    } catch (error) {
      if (hasStatus(error, 403)) return false;
      await delay(backoffMs(++failures), signal);
    }
  }
  return false;
}
