import { ConfigMap, Secret } from "@pulumi/kubernetes/core/v1";
import type * as pulumi from "@pulumi/pulumi";
import { type Self, withoutStacks } from "../../pulumi";
import type { OwnObject } from "../../spec/manifest";
import type { ObjectNames } from "./names";

/** What all objects of an InitPod have in common. */
export interface InCommon {
  labels: Record<string, pulumi.Input<string>>;
  options: Pick<pulumi.CustomResourceOptions, "customTimeouts" | "replacementTrigger">;
}

/**
 * Makes what is kept beside the Pod, and tells their names. It never changes in place: another content is another object with
 * another name, so that the Pod is made anew with it, while the old one keeps what it has.
 */
export function makeObjects(self: Self, objects: readonly OwnObject[], names: ObjectNames, common: InCommon): void {
  for (const object of objects) names.tell(object, makeObject(self, object, common));
}

function makeObject(
  { name, component, link }: Self,
  { kind, suffix, texts }: OwnObject,
  { labels, options }: InCommon,
): pulumi.Output<string> {
  const metadata = { namespace: link.namespace, labels };
  const resourceName = `${name}-${suffix}`;
  const own = { ...options, parent: component };
  const { metadata: made } = withoutStacks(() =>
    kind === "ConfigMap"
      ? new ConfigMap(resourceName, { metadata, data: texts, immutable: true }, own)
      : new Secret(resourceName, { metadata, stringData: texts, immutable: true }, own),
  );
  // With --target of something else, the engine makes no new one.
  return made.apply((known: { name?: string } | undefined) => known?.name ?? "");
}
