import type { StoredForward } from "../forward/desired";
import { portOwner } from "../forward/portOwner";
import { readRecord, type ForwardRecord } from "../forward/record";

/** A forward of this machine. */
export interface ForwardStatus {
  name: string;
  namespace: string;
  context: string;
  url: string;
  /** `forwarding`: connections go to a Ready Pod. `waiting`: they are told what the Pod does. `down`: nobody listens. */
  state: "forwarding" | "waiting" | "down";
  /** The Pod that connections go to. */
  pod?: string;
  /** What keeps it from answering, or did so at the last connection. */
  problem?: string;
  /** Whether that is another program on its port: it is taken as soon as that ends. */
  isPortTaken: boolean;
  /** Median milliseconds until an answer begins, over the last requests. */
  latencyMs?: number;
  connections: ForwardRecord["connections"];
  /** `sent` to the Pod, `received` from it. */
  bytes: ForwardRecord["bytes"];
}

/** What the daemon says of a forward; a record of a daemon that is no more says nothing. */
export function forwardStatus(
  folder: string,
  { key, forward }: StoredForward,
  daemonPid: number | undefined,
  ownerOf = portOwner,
): ForwardStatus {
  const { name, namespace, context, protocol, localPort } = forward;
  const found = readRecord(folder, key);
  const record = found?.pid === daemonPid ? found : undefined;
  const listens = record?.listening === true;
  return {
    ...{ name, namespace, context, url: `${protocol}://127.0.0.1:${localPort}` },
    state: !listens ? "down" : record.pod === undefined ? "waiting" : "forwarding",
    pod: listens ? record.pod?.name : undefined,
    problem: problemOf(record, localPort, ownerOf),
    isPortTaken: isPortTaken(record),
    latencyMs: record?.latencyMs,
    connections: record?.connections ?? { open: 0, total: 0 },
    bytes: record?.bytes ?? { sent: 0, received: 0 },
  };
}

function problemOf(
  record: ForwardRecord | undefined,
  localPort: number,
  ownerOf: typeof portOwner,
): string | undefined {
  if (record === undefined) return "the forwarder does not run";
  if (record.listening) return record.error ?? record.failure?.message;
  if (isPortTaken(record)) return `port ${localPort} is used by ${ownerOf(localPort) ?? "another program"}`;
  return record.error === undefined ? "it does not listen yet" : `it can't listen: ${record.error}`;
}

function isPortTaken(record: ForwardRecord | undefined): boolean {
  return record?.listening === false && record.error === "EADDRINUSE";
}
