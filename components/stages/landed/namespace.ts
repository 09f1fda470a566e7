import type { Pod, Service } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { hasStatus } from "../../cluster/api";
import type { ClusterSession } from "../../cluster/pods";
import { type Identity, idLabel, type Labels, lostLabel, lostMarkText } from "../../contract";
import { InitPodError, knownOr, type Self, withLateErrors } from "../../pulumi";

/**
 * The namespace that the Pod is in: where a transformation of the program has put it, if there is one. A preview knows it,
 * and knows then what can't work.
 * @throws {InitPodError} (in the output) where the Service or the next `up` could not find the Pod.
 */
export function landedNamespace(
  self: Self,
  identity: pulumi.Output<Identity>,
  pod: Pod,
  service: Service | undefined,
): pulumi.Output<string> {
  const { name, component, link } = self;
  const meant = link.namespace;
  // Property by property: a preview may know one, and not the other.
  const landed = orElse(pod.metadata.namespace, meant);
  const ofService = service === undefined ? landed : orElse(service.metadata.namespace, meant);
  const checked = pulumi.all([meant, landed, ofService, identity]).apply(([wanted, namespace, other, { selector }]) =>
    link.use(component, namespace, async (session) => {
      const place = { name, meant: wanted, landed: namespace, ofService: other };
      const problem = await placeProblem(place, () => canFind(session, selector));
      if (problem !== undefined) throw new InitPodError(problem, component);
      return namespace;
    }),
  );
  if (!pulumi.runtime.isDryRun()) return withLateErrors(checked);
  return knownOr(labelled(checked, self, identity, pod), knownOr(landed, meant));
}

function orElse(known: pulumi.Output<string | undefined>, otherwise: pulumi.Output<string>): pulumi.Output<string> {
  return known.apply((value): pulumi.Input<string> => value ?? otherwise) as pulumi.Output<string>;
}

/** `output`, unless the Pod would come without the label by which it is found; an `up` tells that by the Pod itself. */
function labelled(
  output: pulumi.Output<string>,
  { name, link }: Self,
  identity: pulumi.Output<Identity>,
  pod: Pod,
): pulumi.Output<string> {
  const labels = pod.metadata.labels as unknown as Record<string, pulumi.Output<string | undefined>>;
  const error = pulumi.all([identity, labels[idLabel]]).apply(([{ selector }, id]) =>
    link.use<string | undefined>(pod, undefined, () => {
      const lost = lostLabel(id === undefined ? {} : { [idLabel]: id }, selector);
      return lost && unlabelled(name, lostMarkText(lost));
    }),
  );
  return pulumi.all([output, knownOr<string | undefined>(error, undefined)]).apply(([namespace, text]) => {
    if (text !== undefined) throw new InitPodError(text, pod);
    return namespace;
  });
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
