import { type Retries, toleratedRetries } from "../../../contract";
import { cleanLine, cut } from "../../../text";
import type { Pod } from "../../pods";
import type { ProgressVerdict } from "../../verdict";
import { readableMessage } from "../readableMessage";
import { lackOf } from "./lack";
import { type Retry, type Standing, standingOf } from "./standing";

/** What a Pod that isn't Ready does, in a few words. The same words while it does the same. */
export function progressLine(pod: Pod, at: ProgressVerdict, retries: Retries): string {
  const standing = standingOf(pod, at);
  switch (standing.kind) {
    case "unplaced":
      return `waiting for a node${whyUnplaced(standing)}`;
    case "restarts":
      return `the Pod restarts in place${ruleOf(standing.by)}`;
    case "retries":
      return retryLine(standing.retry, retries);
    case "initializing": {
      const names = pod.spec?.initContainers?.map(({ name }) => name) ?? [];
      const place = names.length > 1 ? ` (${names.indexOf(standing.container) + 1} of ${names.length})` : "";
      const warnings = standing.beside.map(besideWarning).join("");
      return `waiting for init container "${standing.container}"${place}${why(standing.reason, at.message)}${warnings}`;
    }
    case "starting":
      return `starting, not Ready yet${why(standing.reason, at.message)}`;
  }
}

/** Of what the scheduler says: all of its reasons, as a rule. */
const longestMessage = 1_000;

function whyUnplaced({ reason, message }: Standing & { kind: "unplaced" }): string {
  return reason === "Unschedulable" && message !== ""
    ? `: ${lackOf(message) ?? cut(cleanLine(readableMessage(message)), longestMessage)}`
    : why(reason, message);
}

function why(reason: string, message?: string): string {
  return reason === "" || reason === "Unschedulable" ? "" : `: ${lackOf(message) ?? plain(reason)}`;
}

/** Kubelet shows the two in turn while it tries again and again. */
function plain(reason: string): string {
  return reason === "ErrImagePull" || reason === "ImagePullBackOff" ? "its image can't be pulled so far" : reason;
}

function ruleOf(names: readonly string[]): string {
  return names.length === 0 ? "" : `, as a rule of ${names.map((name) => `"${name}"`).join(" and ")} says`;
}

function retryLine({ container, role, how, attempt }: Retry, retries: Retries): string {
  const most = Math.max(attempt, toleratedRetries(retries, container) + 1);
  return (
    `${role === "app" ? "container" : "init container"} "${container}" ${how}, ` +
    `kubelet tries again (attempt ${attempt} of ${most})`
  );
}

function besideWarning({ container, how, attempt }: Retry): string {
  return `; warning: sidecar "${container}" ${how} meanwhile, kubelet starts it again (attempt ${attempt})`;
}
