import { urlOnThisMachine } from "../../contract";
import { portOwner } from "../../forward/client";
import { type ForwardRecord, isHeld, readRecord, type StoredForward } from "../../forward/state";

/** Why a forward does not answer. */
export interface Problem {
  kind:
    | "notRunning" // the forwarder itself
    | "notResponding" // it runs, and hangs
    | "portTaken" // by another program: the forwarder takes it as soon as that ends
    | "notListening"
    | "noPod" // it was deleted, and not by its stack
    | "unreachable" // the API server does not tell of the Pods
    | "forbidden" // no right to forward, or credentials that are taken no longer
    | "notAnswering"; // the app
  message: string;
}

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
  problem?: Problem;
  /** Median milliseconds until an answer begins, over the last requests. */
  latencyMs?: number;
  connections: ForwardRecord["connections"];
  /** `sent` to the Pod, `received` from it. */
  bytes: ForwardRecord["bytes"];
}

/** The process that forwards. */
export interface DaemonStatus {
  pid: number;
  version: string;
  /** Whether it does its work; left out where that can't be known. */
  responds?: boolean;
}

/** What the daemon says of a forward; a record of a daemon that is no more says nothing. */
export function forwardStatus(
  folder: string,
  { key, forward }: StoredForward,
  daemon: DaemonStatus | undefined,
  ownerOf = portOwner,
): ForwardStatus {
  const { name, namespace, context, protocol, localPort } = forward;
  const found = readRecord(folder, key);
  const record = found?.pid === daemon?.pid ? found : undefined;
  const listens = record?.listening === true && daemon?.responds !== false;
  return {
    name,
    namespace,
    context,
    url: urlOnThisMachine(protocol, localPort),
    state: !listens ? "down" : record.pod === undefined ? "waiting" : "forwarding",
    pod: listens ? record.pod?.name : undefined,
    problem:
      hanging(daemon) ??
      unreached(record, localPort, ownerOf) ??
      noPod(record, name, isHeld(folder, key)) ??
      failing(record),
    latencyMs: record?.latencyMs,
    connections: record?.connections ?? { open: 0, total: 0 },
    bytes: record?.bytes ?? { sent: 0, received: 0 },
  };
}

function hanging(daemon: DaemonStatus | undefined): Problem | undefined {
  if (daemon?.responds !== false) return undefined;
  return { kind: "notResponding", message: `The forwarder (process ${daemon.pid}) runs and does not answer.` };
}

function unreached(record: ForwardRecord | undefined, port: number, ownerOf: typeof portOwner): Problem | undefined {
  if (record === undefined) return { kind: "notRunning", message: "The forwarder does not run." };
  const { listening, error } = record;
  if (!listening && error === "EADDRINUSE") {
    return { kind: "portTaken", message: `Port ${port} is used by ${ownerOf(port) ?? "another program"}.` };
  }
  if (!listening) return { kind: "notListening", message: `It does not listen: ${error ?? "it starts"}.` };
  return error === undefined ? undefined : { kind: "unreachable", message: error };
}

/** While an `up` works on it, there may be none for a while. */
function noPod(record: ForwardRecord | undefined, name: string, isHeld: boolean): Problem | undefined {
  if (record?.withoutPodSince === undefined || isHeld) return undefined;
  return { kind: "noPod", message: `No Pod of ${name} exists: it was deleted, and not by its stack.` };
}

/** Asked last, as a failure stays until an answer comes, also where its Pod is gone by now. */
function failing(record: ForwardRecord | undefined): Problem | undefined {
  const failure = record?.failure;
  return failure && { kind: failure.final ? "forbidden" : "notAnswering", message: failure.message };
}
