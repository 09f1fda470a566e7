import { cleanLine } from "../../../text";
import type { Verdict } from "../../verdict";
import { readableMessage } from "../readableMessage";

/** What Kubernetes says of a Pod's state; "" for a container that ended: these are its last words, which may hold a secret. */
export function kubernetesSays(verdict: Verdict): string {
  if (verdict.kind === "failed" && verdict.exitCode !== undefined) return "";
  return cleanLine(readableMessage(verdict.message));
}
