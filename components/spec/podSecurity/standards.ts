import { Security } from "..";

/**
 * A Pod Security Standard.
 * Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export type Standard = "privileged" | "baseline" | "restricted";

const promised: Readonly<Record<Security, Standard>> = {
  [Security.Restricted]: "restricted",
  [Security.RestrictedNoIds]: "restricted",
  [Security.Baseline]: "baseline",
  [Security.Image]: "privileged",
};

/** The standard that a level of `security` keeps. */
export function standardOf(security: Security): Standard {
  return promised[security];
}

/** Whether a level takes from images what they often rely on: root, and a root file system that can be written to. */
export function isRestricted(security: Security): boolean {
  return standardOf(security) === "restricted";
}
