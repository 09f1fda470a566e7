import { errorText } from "../../text";
import { DialError } from "../tunnel";

/** Why a connection to a Pod failed. */
export interface Failure {
  kind: "refused" | "forbidden" | "unreachable";
  message: string;
  /** Whether waiting can't help. */
  final: boolean;
}

/** What the node says where it can't connect to the Pod's port, in words that name what to look at. */
export function explainRefusal(text: string, pod: string, port: number): Failure {
  if (/refused/i.test(text)) {
    const message = `Nothing listens on port ${port} inside Pod ${pod} (on its loopback address: 127.0.0.1 or [::1]).`;
    return { kind: "refused", message, final: false };
  }
  const short = text.length > 300 ? `…${text.slice(-300)}` : text;
  return { kind: "refused", message: `Pod ${pod} can't be reached on port ${port}: ${short}`, final: false };
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
