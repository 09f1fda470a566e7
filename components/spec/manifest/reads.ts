import type * as pulumi from "@pulumi/pulumi";
import type { InitPodArgs } from "..";
import type { ClusterRead } from "../steps/plan";
import { isPlain } from "../values";
import type { AccountObject, OwnObject, PolicyRule, RoleObject } from "./objects";

/** What is after the name of what lets steps read the cluster. */
const suffix = "reads";

/** The InitPod's own account. */
export const account: AccountObject = { kind: "ServiceAccount", suffix };

/** Whether the user says as whom the Pod runs. */
export function hasOwnAccount({ podSpec = {} }: Pick<InitPodArgs, "podSpec">): boolean {
  return podSpec.serviceAccountName !== undefined || podSpec.serviceAccount !== undefined;
}

/** An account that may read what is asked for and nothing else; nothing where nothing is. `home` is the InitPod's namespace. */
export function objectsFor(reads: readonly ClusterRead[], home: InitPodArgs["namespace"]): OwnObject[] {
  return reads.length === 0 ? [] : [account, ...rolesFor(reads, home)];
}

/** A Role for each namespace. Which of them are the same is known of plain ones; an Output has one for each step. */
function rolesFor(reads: readonly ClusterRead[], home: InitPodArgs["namespace"]): RoleObject[] {
  const byNamespace = new Map<pulumi.Input<string> | undefined, ClusterRead[]>();
  for (const read of reads) {
    const namespace = read.namespace === home ? undefined : read.namespace;
    byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), read]);
  }
  return [...byNamespace].map(([namespace, own], at) => ({
    kind: "Role",
    // No namespace has a "." in its name.
    suffix: namespace === undefined ? suffix : isPlain(namespace) ? `${suffix}-${namespace}` : `${suffix}.${at + 1}`,
    ...(namespace === undefined ? {} : { namespace }),
    rules: rulesFor(own),
  }));
}

/** One rule for all names of a resource. */
function rulesFor(reads: readonly ClusterRead[]): PolicyRule[] {
  const rules = new Map<string, { rule: PolicyRule; names: Set<pulumi.Input<string>> }>();
  for (const { apiGroup, resource, verb, name } of reads) {
    const key = [apiGroup, resource, verb, name === undefined].join(" ");
    const { rule, names } = rules.get(key) ?? {
      rule: { apiGroups: [apiGroup], resources: [resource], verbs: [verb] },
      names: new Set(),
    };
    if (name !== undefined) names.add(name);
    rules.set(key, { rule, names });
  }
  return [...rules.values()].map(({ rule, names }) =>
    names.size === 0 ? rule : { ...rule, resourceNames: [...names] },
  );
}
