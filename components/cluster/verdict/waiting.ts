import { type ContainerInPod, exitKind, isIdle } from "../containers";
import type { Grace } from "./graces";
import type { Suspicion } from "./types";

/** What becomes of a container that waits: it may heal within a grace, it never will, or nothing is wrong with it. */
type Outlook = Grace | "final" | "well";

/** Reasons for which kubelet lets a container wait, but for those that tell of no trouble. Source: pkg/kubelet/{images,kuberuntime,container} of Kubernetes. */
const outlooks = new Map<string, Outlook | ((message: string) => Outlook)>([
  ["InvalidImageName", "final"],
  ["ErrImageNeverPull", "final"],
  ["ErrImagePull", "imagePull"],
  ["ImagePullBackOff", "imagePull"],
  ["ImageInspectError", "imagePull"],
  ["RegistryUnavailable", "imagePull"],
  ["SignatureValidationFailed", "imagePull"],
  ["CreateContainerConfigError", ofConfiguration],
  ["CreateContainerError", ofStart],
  ["RunContainerError", ofStart],
]);

/** A container that kubelet can't make or start. */
export function unstartable({ status: { name, state, lastState } }: ContainerInPod): Suspicion | undefined {
  if (state?.running) return undefined;
  const { reason = "", message = "" } = state?.waiting ?? {};
  const known = isIdle(reason) ? "well" : (outlooks.get(reason) ?? "containerStart");
  const outlook = typeof known === "function" ? known(message) : known;
  if (outlook !== "well") {
    const failure = { kind: "failed", container: name, reason, message } as const;
    return outlook === "final" ? { failure } : { failure, grace: outlook };
  }
  const attempt = state?.terminated ?? lastState?.terminated;
  if (attempt === undefined || exitKind(attempt) !== "neverRan" || ofStart(attempt.message ?? "") !== "final") {
    return undefined;
  }
  return { failure: { kind: "failed", container: name, reason: attempt.reason ?? "", message: attempt.message } };
}

function ofConfiguration(message: string): Outlook {
  if (message.includes("services have not yet been read")) return "well"; // A kubelet that has just started.
  if (/runAsNonRoot|non-root policy/.test(message)) return "final";
  return /not found|non-existent|couldn't find key/.test(message) ? "missingConfig" : "containerStart";
}

/** Texts of runc and containerd about what image and Pod say, which no further attempt changes. */
const finalStartErrors: readonly RegExp[] = [
  /exec:? .*(executable file not found|no such file or directory|permission denied|is a directory)/s,
  /exec format error/,
  /chdir to cwd .*(no such file or directory|permission denied)/s,
  /no command specified/,
  /unable to find (user|group) |no matching entries in (passwd|group)|no users found/,
  /: not a directory/, // A mount onto a file, or a working directory below one.
];

function ofStart(message: string): Outlook {
  return finalStartErrors.some((text) => text.test(message)) ? "final" : "containerStart";
}
