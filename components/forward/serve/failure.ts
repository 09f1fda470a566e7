import { errorText } from "../../text";
import { DialError } from "../tunnel";

/** Why a connection to a Pod failed. */
export interface Failure {
  kind: "refused" | "forbidden" | "unreachable";
  message: string;
  /** Whether waiting can't help. */
  final: boolean;
}

/** Of what the runtime says. */
const longestWords = 300;
/** Of no use to a reader: ids that the node gave, and what is being done. */
const noise = [
  /error forwarding port \d+ to pod \S+, uid : /,
  /failed to execute portforward in network namespace "[^"]*": /,
  / inside namespace "[^"]*"/,
];

/**
 * What the node says where it can't connect to the Pod's port: the container runtime's own words, then what they may mean.
 * It tries the loopback addresses that it knows, which are not always both.
 */
export function explainRefusal(text: string, pod: string, port: number): Failure {
  const words = ownWords(text);
  const message = `Pod ${pod} can't be reached on port ${port}: ${words}.`;
  return { kind: "refused", message: `${message}${meaning(words, pod, port)}`, final: false };
}

/** What the node says of a connection that broke off after the Pod had begun to answer. */
export function explainBreak(text: string, pod: string): Failure {
  return { kind: "refused", message: `An answer of Pod ${pod} broke off: ${ownWords(text)}.`, final: false };
}

function ownWords(text: string): string {
  const words = noise.reduce((rest, part) => rest.replace(part, ""), text.trim()).replace(/\.$/, "");
  return words.length > longestWords ? `…${words.slice(-longestWords)}` : words;
}

function meaning(words: string, pod: string, port: number): string {
  if (!/refused/i.test(words)) return "";
  const asked = ["127.0.0.1", "[::1]"].filter((address) => words.includes(`${address}:`));
  const where = asked.length === 0 ? "" : `, at ${asked.join(" or ")}`;
  const other =
    asked.length === 1 ? " The node asks at no other address: an app that listens elsewhere alone is not reached." : "";
  return ` Most likely nothing listens on port ${port} inside Pod ${pod}${where}.${other}`;
}

/** Why no tunnel to the Pod came about. */
export function explainDial(error: unknown, pod: string, server: string): Failure {
  const message = errorText(error);
  if (!(error instanceof DialError)) return { kind: "unreachable", message, final: false };
  if (error.status === undefined) {
    return { kind: "unreachable", message: `API server ${server} can't be reached: ${message}`, final: false };
  }
  if (error.status === 403) return { kind: "forbidden", message, final: true };
  if (error.status === 401) {
    const hint =
      "The forwarder reads the kubeconfig anew, but not credentials that are environment variables of another process.";
    return { kind: "forbidden", message: `API server ${server} takes the credentials no longer. ${hint}`, final: true };
  }
  return { kind: "refused", message: `No tunnel to Pod ${pod}: ${message}`, final: false };
}
