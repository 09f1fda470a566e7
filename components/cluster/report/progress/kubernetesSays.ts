import { cleanLine } from "../../../text";
import { isDeleting, type Pod } from "../../pods";
import type { Verdict } from "../../verdict";
import { readableMessage } from "../readableMessage";

/**
 * What Kubernetes says of a Pod's state; "" where it is being deleted, which is all there is to say, and for a container that
 * ended: these are its last words, which may hold a secret.
 */
export function kubernetesSays(pod: Pod, verdict: Verdict): string {
  if (isDeleting(pod)) return "";
  if (verdict.kind === "failed" && verdict.exitCode !== undefined) return "";
  return cleanLine(readableMessage(verdict.message));
}
