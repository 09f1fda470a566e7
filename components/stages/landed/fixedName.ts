import type { Pod } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { hasLabels, type Identity } from "../../contract";
import { nothing, rawOf, type Self, urnOf } from "../../pulumi";
import { isNamedWithoutChance } from "./autonaming";

/** Set by the provider where Pulumi chose the name. */
const autonamed = "pulumi.com/autonamed";

/**
 * Warns where the Pod's name has no random part, as the program sets it by a transformation, or as `pulumi:autonaming` leaves
 * it out: then its successor is made only once it is deleted. A preview also warns where the name is another Pod's.
 */
export async function warnOfFixedName(
  self: Self,
  { selector }: Identity,
  pod: Pod,
  applied: { isDeletedFirst: boolean },
): Promise<void> {
  // Mocks name nothing.
  if (pulumi.runtime.getEngine() === undefined) return;
  const metadata = await rawOf<Metadata | undefined>(pod.metadata);
  // With --target of something else, the engine makes none.
  if (metadata?.name === undefined) return;
  const { name, namespace, annotations } = metadata;
  // Field by field: a preview may not know all of them.
  if ([metadata, name, annotations].some(pulumi.isUnknown)) return;
  const why = fixedBy(annotations);
  if (why === undefined) return;
  const isOwn = why === "ownName";
  void pulumi.log.warn(deletedFirst(name, isOwn, applied.isDeletedFirst), pod);
  if (!pulumi.runtime.isDryRun() || pulumi.isUnknown(namespace)) return;
  await self.link.use(pod, nothing, async (session) => {
    const found = await session.podNamed(namespace, name);
    if (found === undefined || hasLabels(found.metadata.labels, selector)) return;
    await pulumi.log.warn(taken(self.name, `${namespace}/${name}`, parentOf(await urnOf(pod))), pod);
  });
}

/** What makes the name of a Pod with these annotations a fixed one; undefined where it is none, or where a preview doesn't know. */
export function fixedBy(annotations: Record<string, unknown> = {}): "ownName" | "nameWithoutChance" | undefined {
  const mark = annotations[autonamed];
  if (mark !== "true") return mark === undefined || typeof mark === "string" ? "ownName" : undefined;
  return isNamedWithoutChance(new pulumi.Config("pulumi").get("autonaming")) ? "nameWithoutChance" : undefined;
}

/** Each field may be unknown. */
interface Metadata {
  name?: string;
  namespace: string;
  annotations?: Record<string, string>;
}

function deletedFirst(podName: string, isOwn: boolean, isAsked: boolean): string {
  const why = isOwn
    ? `The name of Pod "${podName}" is set by a transformation`
    : `The name of Pod "${podName}" has no random part, by pulumi:autonaming`;
  const transform =
    isOwn && !isAsked
      ? " (Where it is one of `transforms`, have it return deleteBeforeReplace: true in its opts, or the successor comes " +
        'first and fails: "already exists".)'
      : "";
  return (
    `${why}, so a change that makes it anew deletes it before its successor is made, and nothing serves meanwhile.` +
    `${transform} A name that is left to Pulumi, as it is by default, has a random part.`
  );
}

function taken(name: string, pod: string, parent: string): string {
  return (
    `There is a Pod ${pod} that does not belong to this InitPod, and no second one can have its name. Choose another name; ` +
    "or delete that Pod; or let this stack take it over and make it anew, which needs an `up` that has failed for it: " +
    `pulumi import kubernetes:core/v1:Pod ${name} ${pod} --parent initpod=${parent}`
  );
}

/** URN of the InitPod whose Pod has this URN. */
function parentOf(urn: string): string {
  return urn.replace("$kubernetes:core/v1:Pod::", "::");
}
