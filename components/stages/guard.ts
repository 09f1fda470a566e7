import * as pulumi from "@pulumi/pulumi";
import type { Pod } from "../cluster/pods";
import {
  choosesCluster,
  hasProvider,
  InitPodError,
  knownOf,
  nothing,
  partsOf,
  perDeployment,
  type Self,
} from "../pulumi";
import type { Plan } from "./plan";

/**
 * Warns of a namespace in which nothing can be made: the provider tries for half a minute, without a word. It is not refused,
 * as the same program may make it meanwhile.
 */
export async function warnOfNamespace(
  { component, link }: Self,
  { namespace, dependsOn }: Pick<Plan, "namespace" | "dependsOn">,
  earlier: readonly Pod[] | undefined,
): Promise<void> {
  // Where it has a Pod, it is there, and nobody has to ask.
  if (dependsOn || earlier?.length !== 0 || (await comesFromResource(namespace))) return;
  const name = await knownOf(link.namespace);
  if (name === undefined) return;
  await link.use(component, nothing, async (session) => {
    const text = namespaceText[await session.namespaceState(name)];
    if (text !== undefined) void pulumi.log.warn(`Namespace "${name}" ${text}`, component);
  });
}

const namespaceText = {
  there: undefined,
  missing:
    "does not exist in this cluster. Make it, in this program by a k8s.core.v1.Namespace whose metadata.name is given as " +
    "`namespace`, or give the name of one that exists.",
  ending: "is being deleted: nothing can be made in it. Wait until it is gone and make it anew, or choose another one.",
};

async function comesFromResource(value: pulumi.Input<string> | undefined): Promise<boolean> {
  if (!pulumi.Output.isInstance(value)) return false;
  return (await partsOf(value).allResources()).size > 0;
}

/** A cluster, as far as an InitPod remembers the one that it lives in. */
export interface Cluster {
  /** Of the namespace `kube-system`; `""` where it may not be read. */
  uid: string;
  context: string;
  server: string;
}

/** The cluster of this run. */
export interface Reached {
  /** Undefined where there is none, or where a preview doesn't know it. */
  cluster: Cluster | undefined;
  /** Whether somebody said that it is to be this one; otherwise it is what the kubeconfig's current context says. */
  isMeant: boolean;
}

const toldOf = perDeployment(() => ({ missingRight: false }));

/** Setting it to `1` has InitPods made anew in another cluster than they live in. */
const takesNewCluster = (): boolean => process.env.INIT_POD_NEW_CLUSTER === "1";

/** Asks which cluster this run reaches. */
export async function reachedCluster({ component, link }: Self): Promise<Reached> {
  const [cluster, isMeant] = await Promise.all([
    link.use<Cluster | undefined>(component, nothing, async (session) => {
      const { context, server } = session.client;
      return { uid: await session.uid(), context, server };
    }),
    takesNewCluster() || choosesCluster(component),
  ]);
  return { cluster, isMeant };
}

/** @throws {InitPodError} where the InitPod lives in another cluster, and nobody said that it is to move. */
export function assertAtHome(
  { name, component }: Pick<Self, "name" | "component">,
  { cluster, isMeant }: Reached,
  home: Cluster | undefined,
): void {
  if (isMeant || cluster === undefined) return;
  const told = toldOf();
  if (cluster.uid === "" && !told.missingRight) {
    told.missingRight = true;
    const what = "No right to get the namespace kube-system: a run that reaches another cluster is not noticed.";
    void pulumi.log.info(what, component);
  }
  const isOther = home !== undefined && home.uid !== "" && cluster.uid !== "" && home.uid !== cluster.uid;
  if (isOther) throw new InitPodError(wrongCluster({ name, component }, home, cluster), component);
}

function wrongCluster({ name, component }: Pick<Self, "name" | "component">, home: Cluster, reached: Cluster): string {
  const text = ({ context, server, uid }: Cluster): string => `context "${context}", server ${server} (uid ${uid})`;
  const pinned = hasProvider(component)
    ? `context: "${home.context}" of its kubernetes provider`
    : `pulumi config set kubernetes:context ${home.context}`;
  return [
    `InitPod "${name}" lives in another cluster than the kubeconfig's current context leads to. Nothing was changed.`,
    `It lives in: ${text(home)}`,
    `This is:     ${text(reached)}`,
    `To stay there, pin it:                        ${pinned}`,
    "To move it, choose the new one in the same way, or by the kubeconfig or context of a kubernetes provider.",
    "Where the old cluster is gone for good:       INIT_POD_NEW_CLUSTER=1 pulumi up",
  ].join("\n");
}
