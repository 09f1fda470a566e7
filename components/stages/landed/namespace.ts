import type { Pod, Service } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { hasStatus } from "../../cluster/api";
import type { ClusterSession } from "../../cluster/pods";
import { type Identity, idLabel, type Labels, lostLabel, lostMarkText } from "../../contract";
import { InitPodError, nothing, rawOf, type Self, unknown } from "../../pulumi";

/**
 * The namespace that the Pod is in: where a transformation of the program has put it, if there is one. A preview knows it,
 * and knows then what can't work.
 * @throws {InitPodError} where the Service or the next `up` could not find the Pod.
 */
export async function landedNamespace(
  self: Self,
  { selector }: Identity,
  pod: Pod,
  service: Service | undefined,
): Promise<string> {
  const { name, component, link } = self;
  const [meant, metadata, ofService] = await Promise.all([
    rawOf(link.namespace),
    metadataOf(pod),
    service && metadataOf(service),
  ]);
  await assertLabelled(self, selector, pod, metadata);
  // Field by field: a preview may know one, and not the other.
  const landed = metadata.namespace ?? meant;
  const other = ofService === undefined ? landed : (ofService.namespace ?? meant);
  if (pulumi.isUnknown(landed)) return meant;
  if (pulumi.isUnknown(meant) || pulumi.isUnknown(other)) return landed;
  return await link.use(component, { noCluster: landed, unknown: landed }, async (session) => {
    const problem = await placeProblem({ name, meant, landed, ofService: other }, () => canFind(session, selector));
    if (problem !== undefined) throw new InitPodError(problem, component);
    return landed;
  });
}

/** Of an object; each field may be unknown. */
interface Metadata {
  namespace?: string;
  labels?: Labels;
}

async function metadataOf({ metadata }: Pod | Service): Promise<Metadata> {
  const raw = await rawOf<Metadata | undefined>(metadata);
  return raw === undefined || pulumi.isUnknown(raw) ? { namespace: unknown, labels: unknown } : raw;
}

/** An `up` tells by the Pod itself whether it came without the label by which it is found. */
async function assertLabelled(
  { name, link }: Self,
  selector: Labels,
  pod: Pod,
  { labels = {} }: Metadata,
): Promise<void> {
  const id = pulumi.isUnknown(labels) ? unknown : labels[idLabel];
  if (!pulumi.runtime.isDryRun() || pulumi.isUnknown(id)) return;
  const lost = lostLabel(id === undefined ? {} : { [idLabel]: id }, selector);
  const text = lost && (await link.use<string | undefined>(pod, nothing, () => unlabelled(name, lostMarkText(lost))));
  if (text !== undefined) throw new InitPodError(text, pod);
}

async function canFind(session: ClusterSession, selector: Labels): Promise<boolean> {
  try {
    await session.podsAnywhere(selector);
    return true;
  } catch (error) {
    if (hasStatus(error, 403)) return false;
    throw error;
  }
}

/** Where the Pod of an InitPod is, where it was meant to be, and where its Service is. */
export interface Place {
  name: string;
  meant: string;
  landed: string;
  ofService: string;
}

/** Why it can't be there; `canFind` tells whether the next `up` would find it elsewhere than it was meant to be. */
export async function placeProblem(
  { name, meant, landed, ofService }: Place,
  canFind: () => Promise<boolean>,
): Promise<string | undefined> {
  if (ofService !== landed) {
    return (
      `InitPod "${name}": a transformation puts its Pod into namespace "${landed}" and its Service into "${ofService}", but ` +
      "a Service finds only Pods of its own namespace. Have it put both into the same one, or say `namespace` in the arguments."
    );
  }
  if (landed === meant || (await canFind())) return undefined;
  return (
    `InitPod "${name}": a transformation puts its Pod into namespace "${landed}" instead of "${meant}", where the next ` +
    "`pulumi up` could not find it, as you may not list the Pods of all namespaces. Say it in the arguments: " +
    `namespace: "${landed}".`
  );
}

function unlabelled(name: string, lost: string): string {
  return (
    `InitPod "${name}": its Pod could not be found: ${lost}. A transformation of the program or an ` +
    "admission policy of the cluster takes it away: have it leave alone what starts with init-pod.dev/."
  );
}
