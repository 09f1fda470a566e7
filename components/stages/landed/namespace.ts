import type { Pod, Service } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { hasStatus } from "../../cluster/api";
import type { ClusterSession } from "../../cluster/pods";
import { type Identity, type Labels, lostMark, lostMarkText, type Marked } from "../../contract";
import { InitPodError, knownOr, type Self, withLateErrors } from "../../pulumi";

/**
 * The namespace that the Pod is in: where a transformation of the program has put it, if there is one. A preview knows it,
 * and knows then what can't work.
 * @throws {InitPodError} (in the output) where the Service or the next `up` could not find the Pod.
 */
export function landedNamespace(
  { name, component, link }: Self,
  identity: pulumi.Output<Identity>,
  pod: Pod,
  service: Service | undefined,
): pulumi.Output<string> {
  const meant = link.namespace;
  // Property by property: a preview may know one, and not the other.
  const landed = orElse(pod.metadata.namespace, meant);
  const ofService = service === undefined ? landed : orElse(service.metadata.namespace, meant);
  const checked = pulumi.all([meant, landed, ofService, identity]).apply(([wanted, namespace, other, { selector }]) =>
    link.use(component, namespace, async (session) => {
      if (other !== namespace) throw new InitPodError(apart(name, namespace, other), component);
      if (namespace !== wanted && !(await canFind(session, selector))) {
        throw new InitPodError(notFound(name, namespace, wanted), component);
      }
      return namespace;
    }),
  );
  if (!pulumi.runtime.isDryRun()) return withLateErrors(checked);
  return knownOr(marked(checked, name, identity, pod), knownOr(landed, meant));
}

function orElse(known: pulumi.Output<string | undefined>, otherwise: pulumi.Output<string>): pulumi.Output<string> {
  return known.apply((value): pulumi.Input<string> => value ?? otherwise) as pulumi.Output<string>;
}

/** `output`, unless the Pod would come without what it is found by; an `up` tells that by the Pod itself. */
function marked(
  output: pulumi.Output<string>,
  name: string,
  identity: pulumi.Output<Identity>,
  pod: Pod,
): pulumi.Output<string> {
  const { labels, annotations } = pod.metadata as unknown as Record<keyof Marked, pulumi.Output<Labels | undefined>>;
  const error = pulumi.all([identity, labels, annotations]).apply(([{ selector }, ofLabels, ofAnnotations]) => {
    if (pulumi.runtime.getEngine() === undefined) return undefined;
    const lost = lostMark({ labels: ofLabels, annotations: ofAnnotations }, selector);
    return lost && unmarked(name, lostMarkText(lost));
  });
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

function apart(name: string, ofPod: string, ofService: string): string {
  return (
    `InitPod "${name}": a transformation puts its Pod into namespace "${ofPod}" and its Service into "${ofService}", but a ` +
    "Service finds only Pods of its own namespace. Have it put both into the same one, or say `namespace` in the arguments."
  );
}

function notFound(name: string, landed: string, meant: string): string {
  return (
    `InitPod "${name}": a transformation puts its Pod into namespace "${landed}" instead of "${meant}", where the next ` +
    "`pulumi up` could not find it, as you may not list the Pods of all namespaces. Say it in the arguments: " +
    `namespace: "${landed}".`
  );
}

function unmarked(name: string, lost: string): string {
  return (
    `InitPod "${name}": its Pod would come without what it is found by: ${lost}. A transformation of the program or an ` +
    "admission policy of the cluster takes it away: have it leave alone what starts with init-pod.dev/."
  );
}
