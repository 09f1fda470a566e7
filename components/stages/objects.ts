import { ConfigMap, Secret } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { type Self, withLateErrors, withoutStacks } from "../pulumi";
import type { OwnObject } from "../spec/manifest";
import type { Claim } from "./claim";
import type { Plan } from "./plan";

interface Entry {
  name: pulumi.Output<string>;
  tell: (name: pulumi.Output<string>) => void;
}

/** Names of an InitPod's own objects, which its Pod must be told before they are made. */
export class ObjectNames {
  readonly #entries = new Map<string, Entry>();

  readonly of = (object: Pick<OwnObject, "kind" | "suffix">): pulumi.Output<string> => this.#entryOf(object).name;

  tell(object: Pick<OwnObject, "kind" | "suffix">, name: pulumi.Output<string>): void {
    this.#entryOf(object).tell(name);
  }

  #entryOf({ kind, suffix }: Pick<OwnObject, "kind" | "suffix">): Entry {
    const key = `${kind} ${suffix}`;
    const entry = this.#entries.get(key) ?? newEntry();
    this.#entries.set(key, entry);
    return entry;
  }
}

function newEntry(): Entry {
  let tell: Entry["tell"] = () => undefined;
  const told = new Promise<pulumi.Output<string>>((resolve) => (tell = resolve));
  return { name: withLateErrors(pulumi.output(told)), tell };
}

/**
 * Makes what is kept beside the Pod. It never changes in place: another content is another object with another name, so that
 * the Pod is made anew with it, while the old one keeps what it has.
 */
export function makeObjects(self: Self, plan: Plan, claim: Claim, objects: readonly OwnObject[]): void {
  for (const object of objects) plan.objectNames.tell(object, makeObject(self, plan, claim, object));
}

function makeObject(
  { name, component, link }: Self,
  { labels, podOptions }: Plan,
  { identity, cluster }: Claim,
  { kind, suffix, texts }: OwnObject,
): pulumi.Output<string> {
  const metadata = { namespace: link.namespace, labels: { ...identity.labels, ...labels } };
  const options: pulumi.CustomResourceOptions = {
    parent: component,
    customTimeouts: podOptions.customTimeouts,
    // As of the Service: a cluster made anew has none.
    replacementTrigger: cluster,
  };
  const resourceName = `${name}-${suffix}`;
  const { metadata: made } = withoutStacks(() =>
    kind === "ConfigMap"
      ? new ConfigMap(resourceName, { metadata, data: texts, immutable: true }, options)
      : new Secret(resourceName, { metadata, stringData: texts, immutable: true }, options),
  );
  // With --target of something else, the engine makes no new one.
  return made.apply((known: { name?: string } | undefined) => known?.name ?? "");
}
