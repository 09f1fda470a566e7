import type { ContainerSpec } from "../pods";

/**
 * Whether kubelet starts a container again after an exit: its first rule that matches decides, then its own policy, then
 * the Pod's.
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-restart-rules
 */
export function restartsAfter(exitCode: number, spec: ContainerSpec | undefined, podPolicy = "Always"): boolean {
  if (matchingRule(spec, exitCode) !== undefined) return true; // All actions restart it, alone or with the others.
  const policy = spec?.restartPolicy ?? podPolicy;
  return policy === "Always" || (policy === "OnFailure" && exitCode !== 0);
}

/** Whether an exit of the container with this code, or with any, makes all containers of its Pod restart. */
export function hasRestartAllRule(spec: ContainerSpec | undefined, exitCode?: number): boolean {
  const rules =
    exitCode === undefined ? (spec?.restartPolicyRules ?? []) : [matchingRule(spec, exitCode)].filter(Boolean);
  return rules.some((rule) => rule?.action === "RestartAllContainers");
}

function matchingRule(spec: ContainerSpec | undefined, exitCode: number) {
  return spec?.restartPolicyRules?.find(({ exitCodes }) => {
    const listed = exitCodes?.values?.includes(exitCode) ?? false;
    return exitCodes?.operator === "NotIn" ? !listed : listed;
  });
}
