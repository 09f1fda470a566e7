import type { core } from "@pulumi/kubernetes/types/input";
import { type InitPodArgs, Security } from "..";
import { isRestricted } from "../podSecurity";
import { isPlain, isPlainObject } from "../values";

/** The id that minimal images call "nonroot": no user of any common base image, so it owns nothing by accident. */
const nonRootId = 65_532;

/**
 * Whether the Pod says that it is one of Windows, for which Kubernetes refuses every field that only Linux has.
 * Source: https://kubernetes.io/docs/concepts/windows/intro/#compatibility-v1-pod-spec-containers
 */
export function isForWindows({ podSpec }: Pick<InitPodArgs, "podSpec">): boolean {
  const os: unknown = podSpec?.os;
  return typeof os === "object" && os !== null && isPlain(os) && (os as { name?: unknown }).name === "windows";
}

/**
 * Security context of the Pod; undefined where the images decide.
 *
 * runAsNonRoot refuses an image whose USER is a name, so the id is a number here.
 * Source: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
 */
export function podSecurity(security: Security, forWindows = false): core.v1.PodSecurityContext | undefined {
  if (security === Security.Image) return undefined;
  const profile = forWindows ? undefined : { seccompProfile: { type: "RuntimeDefault" } };
  if (!isRestricted(security)) return profile;
  const ids =
    security === Security.Restricted && !forWindows
      ? { runAsUser: nonRootId, runAsGroup: nonRootId, fsGroup: nonRootId }
      : {};
  return { runAsNonRoot: true, ...ids, ...profile };
}

/** The user that a Pod says its containers run as; undefined where it says none, or it isn't known yet. */
export function userOf(args: Pick<InitPodArgs, "podSpec" | "security">): number | undefined {
  const own: unknown = args.podSpec?.securityContext;
  const said: unknown = {
    ...podSecurity(args.security ?? Security.Restricted, isForWindows(args)),
    ...(isPlainObject(own) ? own : {}),
  }.runAsUser;
  return typeof said === "number" ? said : undefined;
}

/**
 * Security context of every container; undefined where the images decide.
 * Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export function containerSecurity(security: Security, forWindows = false): core.v1.SecurityContext | undefined {
  if (!isRestricted(security) || forWindows) return undefined;
  return { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } };
}
