import type { Socket } from "node:net";
import type { Step } from "../../cluster/report";
import type { ForwardProtocol } from "../../contract";
import { delay } from "../../time";
import type { PodConnection } from "../tunnel";
import { ClientInput } from "./clientInput";
import type { Departures } from "./departures";
import { endClient } from "./endClient";
import { explainBreak, explainRefusal, type Failure } from "./failure";
import type { HalfOpenConnections } from "./halfOpen";
import { isLocalHost, isRequest, isSafeRequest, mayBeHttp, parseHttpHead } from "./httpHead";
import { ownAnswer } from "./ownAnswer";
import { relay, type RelayEvents, type RelayRules } from "./relay";
import type { Situation } from "./situation";

/** A Pod as a connection needs it. */
export interface ConnectionTarget {
  uid: string;
  name: string;
}

/** What a connection needs of its forward. */
export interface ConnectionHost {
  readonly name: string;
  readonly protocol: ForwardProtocol;
  readonly podPort: number;
  /** How long a client is kept waiting for a Pod that answers. */
  readonly holdMs: number;
  /** The Pod that is Ready, as soon as there is one; `undefined` after `ms`. */
  currentPod(ms: number): Promise<ConnectionTarget | undefined>;
  readonly halfOpen: HalfOpenConnections;
  readonly departures: Departures;
  /** Whether new connections go to this Pod. */
  isCurrent(pod: ConnectionTarget): boolean;
  connect(pod: ConnectionTarget): Promise<PodConnection>;
  explain(error: unknown, pod: ConnectionTarget): Failure;
  /** Why no Pod is Ready. */
  situation(): Promise<Situation>;
  /** What the containers of the Pod do that is not Ready. */
  steps(): Promise<Step[]>;
  failed(pod: ConnectionTarget, failure: Failure): void;
  events(pod: ConnectionTarget): RelayEvents;
}

const retryMs = 150;
/** For so long a request is kept waiting in all where the way to its Pod breaks soon after it came. */
const longestMs = 4_500;
const restOfHeadMs = 1_000;

/** Serves one local connection until its end. Never rejects. */
export async function serveConnection(socket: Socket, host: ConnectionHost): Promise<void> {
  socket.on("error", () => undefined);
  socket.setNoDelay(true);
  const input = new ClientInput(socket);
  if (host.protocol !== "tcp") {
    // The client speaks first in HTTP and TLS: a connection that is only tried, or kept ready, never reaches the app.
    while (input.unanswered.length === 0 && !input.ended && !socket.destroyed) await input.more();
    if (input.unanswered.length === 0) {
      endClient(socket);
      return;
    }
  } else {
    socket.once("end", () => input.hasBegun || endIfGone(socket, host.departures));
  }
  const failure = await forwardToPod(socket, input, host);
  if (failure === undefined || socket.destroyed) return;
  if (host.protocol === "http") await answerItself(socket, input, failure, host);
  else socket.resetAndDestroy();
}

/** Without a question there is no answer to lose, but that of a server which speaks first. */
function endIfGone(socket: Socket, departures: Departures): void {
  const gone = (): void => void socket.destroy();
  const stop = departures.watch(socket, { gone, unknown: gone });
  socket.once("close", stop);
}

/** Returns why no Pod answered; `undefined` where one did, or the client went away. */
async function forwardToPod(socket: Socket, input: ClientInput, host: ConnectionHost): Promise<Situation | undefined> {
  const isLook = parseHttpHead(input.unanswered)?.isLook === true;
  const startedAt = performance.now();
  let deadline = startedAt + (isLook ? 0 : host.holdMs);
  let wasLost = false;
  for (;;) {
    const left = deadline - performance.now();
    const pod = await host.currentPod(Math.max(0, left));
    if (pod === undefined) return await host.situation();
    if (isGone(socket)) return undefined;
    const failure = await tryPod(socket, input, host, pod);
    if (failure === "lost") {
      // The request is whole, and not the Pod but the way to it failed: it is tried anew as if it had just come.
      if (isGone(socket)) return undefined;
      if (wasLost) return { kind: "unreachable", name: host.name, message: lostMessage(pod) };
      wasLost = true;
      const left = startedAt + longestMs - performance.now();
      deadline = performance.now() + (left > 0 ? Math.min(left, host.holdMs) : host.holdMs);
      continue;
    }
    if (failure === "unanswered") {
      // Only to another Pod: an app that closes without an answer gets no request twice.
      if ((await host.currentPod(0))?.uid !== pod.uid) {
        deadline = performance.now() + host.holdMs;
        continue;
      }
      endClient(socket);
      return undefined;
    }
    if (failure === undefined || isGone(socket)) return undefined;
    host.failed(pod, failure);
    if (failure.final || !input.isWhole || performance.now() + retryMs > deadline) {
      return { kind: failure.kind, name: host.name, message: failure.message };
    }
    await delay(retryMs);
  }
}

async function tryPod(
  socket: Socket,
  input: ClientInput,
  host: ConnectionHost,
  pod: ConnectionTarget,
): Promise<Failure | "unanswered" | "lost" | undefined> {
  let connection: PodConnection;
  try {
    connection = await host.connect(pod);
  } catch (error) {
    return host.explain(error, pod);
  }
  const { halfOpen, departures } = host;
  const rules: RelayRules =
    host.protocol === "http"
      ? {
          isRepeatable: isSafeRequest,
          belongsElsewhere: (bytes) => !host.isCurrent(pod) && isRequest(bytes),
          halfOpen,
          departures,
        }
      : { halfOpen, departures };
  const end = await relay(socket, input, connection, rules, host.events(pod));
  if (end.kind === "unanswered" || end.kind === "lost") return end.kind;
  if (end.kind === "refused") return explainRefusal(end.message, pod.name, host.podPort);
  if (end.message !== undefined) host.failed(pod, explainBreak(end.message, pod.name));
  return undefined;
}

async function answerItself(
  socket: Socket,
  input: ClientInput,
  situation: Situation,
  host: ConnectionHost,
): Promise<void> {
  const deadline = performance.now() + restOfHeadMs;
  let head = parseHttpHead(input.unanswered);
  while (head === undefined && input.isWhole && mayBeHttp(input.unanswered) && !input.ended) {
    const left = deadline - performance.now();
    if (left <= 0) break;
    await input.more(left);
    head = parseHttpHead(input.unanswered);
  }
  if (!mayBeHttp(input.unanswered)) {
    socket.resetAndDestroy();
    return;
  }
  const steps = head !== undefined && isLocalHost(head.host) && situation.kind === "waiting" ? await host.steps() : [];
  socket.write(ownAnswer(situation, head, steps));
  endClient(socket);
}

function lostMessage({ name }: ConnectionTarget): string {
  return `The connection to the node of Pod ${name} broke before the Pod had answered.`;
}

/** A function, as the compiler takes a property that it has seen for constant. */
function isGone(socket: Socket): boolean {
  return socket.destroyed;
}
