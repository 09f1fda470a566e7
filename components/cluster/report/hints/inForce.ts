import type { FailureFacts } from "../facts";

// What holds for the container, by the spec of the Pod as it lives in the cluster. What isn't known doesn't hold.

/** Where Kubernetes mounts the token of the Pod's service account. */
export const tokenFolder = "/var/run/secrets/kubernetes.io/serviceaccount";
/** What InitPod sets by default: of all that it may be, only this is known to be no wish of the user's. */
const ownUser = 65_532;

/** The user's number that the container runs as; undefined where its image says it. */
export function userOf({ spec, podSpec }: FailureFacts): number | undefined {
  return spec?.securityContext?.runAsUser ?? podSpec?.securityContext?.runAsUser;
}

/** Whether a number is set that isn't root's. */
export function isUnprivileged(facts: FailureFacts): boolean {
  const user = userOf(facts);
  return user !== undefined && user !== 0;
}

/** Whether no program in the container may gain rights that it was not started with. */
export function mayGainNothing({ spec }: FailureFacts): boolean {
  return spec?.securityContext?.allowPrivilegeEscalation === false;
}

/** Whether a capability of root's is dropped and not added again. */
export function lacks({ spec }: FailureFacts, capability: string): boolean {
  const { drop = [], add = [] } = spec?.securityContext?.capabilities ?? {};
  const names = (list: readonly string[]): string[] => list.map((name) => name.toUpperCase().replace(/^CAP_/, ""));
  const isIn = (list: readonly string[]): boolean => ["ALL", capability].some((name) => names(list).includes(name));
  return isIn(drop) && !isIn(add);
}

/** Whether the container has no token of a service account because the Pod wants none. */
export function hasNoToken({ spec, podSpec }: Pick<FailureFacts, "spec" | "podSpec">): boolean {
  return (
    podSpec?.automountServiceAccountToken === false &&
    spec !== undefined &&
    mountOf({ spec }, tokenFolder) === undefined
  );
}

/** Whether the root file system can't be written to. */
export function hasReadOnlyRoot({ spec }: FailureFacts): boolean {
  return spec?.securityContext?.readOnlyRootFilesystem === true;
}

/** The mount that a path lies in: the innermost one. */
export function mountOf(
  { spec }: Pick<FailureFacts, "spec">,
  path: string,
): { mountPath: string; readOnly?: boolean } | undefined {
  return (spec?.volumeMounts ?? [])
    .filter(({ mountPath }) => path === mountPath || path.startsWith(`${mountPath.replace(/\/$/, "")}/`))
    .sort((one, other) => other.mountPath.length - one.mountPath.length)[0];
}

/**
 * Whether the Pod looks as `security: "restricted"` makes it, so that `security: "baseline"` would take all of it away. What a
 * user says in Kubernetes' own fields would stay.
 */
export function isRestrictedByDefault(facts: FailureFacts): boolean {
  const { securityContext: pod } = facts.podSpec ?? {};
  const { securityContext: own } = facts.spec ?? {};
  const user = userOf(facts);
  return (
    pod?.runAsNonRoot === true &&
    pod.seccompProfile?.type === "RuntimeDefault" &&
    own?.runAsUser === undefined &&
    own?.runAsNonRoot === undefined &&
    (user === undefined || user === ownUser) &&
    mayGainNothing(facts) &&
    hasReadOnlyRoot(facts) &&
    lacks(facts, "ALL")
  );
}

/** The argument that sets fields of the container, whatever kind of step it is: podSpec has the last word. */
export function containerPatch({ role, container = "" }: FailureFacts, fields: string): string {
  const list = role === "app" ? "containers" : "initContainers";
  return `podSpec: { ${list}: [{ name: "${container}", ${fields} }] }`;
}
