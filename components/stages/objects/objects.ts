import { ConfigMap, Secret, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { Role, RoleBinding } from "@pulumi/kubernetes/rbac/v1";
import * as pulumi from "@pulumi/pulumi";
import { handledLater, knownOf, type Self, withLateErrors, withoutStacks } from "../../pulumi";
import type { OwnObject, RoleObject, TextsObject } from "../../spec/manifest";
import type { ObjectNames } from "./names";

/** What all objects of an InitPod have in common. */
export interface InCommon {
  labels: Record<string, pulumi.Input<string>>;
  options: Pick<pulumi.CustomResourceOptions, "customTimeouts" | "replacementTrigger">;
}

/**
 * Makes what is kept beside the Pod, and tells the names that the Pod has to know. It never changes in place: another content
 * is another object with another name, so that the Pod is made anew with it, while the old one keeps what it has.
 * @returns what has to be there before the Pod is, though the Pod doesn't name it.
 */
export function makeObjects(
  self: Self,
  objects: readonly OwnObject[],
  names: ObjectNames,
  common: InCommon,
): pulumi.Resource[] {
  return withoutStacks(() => {
    let account: ServiceAccount | undefined;
    const bindings: pulumi.Resource[] = [];
    for (const object of objects) {
      const inputs = inputsOf(self, object, common);
      if (object.kind === "ServiceAccount") {
        account = new ServiceAccount(inputs.name, { metadata: inputs.metadata }, inputs.options);
        names.tell(object, nameInPod(account));
      } else if (object.kind === "Role") {
        if (account !== undefined) bindings.push(makeRole(object, account, inputs));
      } else names.tell(object, nameOf(makeTexts(object, inputs)));
    }
    return bindings;
  });
}

interface Inputs {
  name: string;
  metadata: { namespace: pulumi.Input<string>; labels: InCommon["labels"] };
  options: pulumi.CustomResourceOptions;
}

function inputsOf({ name, component, link }: Self, object: OwnObject, { labels, options }: InCommon): Inputs {
  const { namespace = link.namespace } = object.kind === "Role" ? object : {};
  return {
    name: `${name}-${object.suffix}`,
    metadata: { namespace, labels },
    options: { ...options, parent: component },
  };
}

function makeTexts({ kind, texts }: TextsObject, { name, metadata, options }: Inputs): ConfigMap | Secret {
  return kind === "ConfigMap"
    ? new ConfigMap(name, { metadata, data: texts, immutable: true }, options)
    : new Secret(name, { metadata, stringData: texts, immutable: true }, options);
}

/** A Role, and the RoleBinding that gives it to the account. */
function makeRole({ rules }: RoleObject, account: ServiceAccount, { name, metadata, options }: Inputs): RoleBinding {
  const role = new Role(name, { metadata, rules: [...rules] }, { ...options, replaceOnChanges: ["rules"] });
  return new RoleBinding(
    name,
    {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: nameOnceMade(role) },
      subjects: [
        {
          kind: "ServiceAccount",
          name: nameOnceMade(account),
          namespace: account.metadata.apply((made: Made) => made?.namespace ?? ""),
        },
      ],
    },
    { ...options, replaceOnChanges: ["subjects"] },
  );
}

/** What the provider tells of an object. With --target of something else, the engine makes no new one. */
type Made = { name?: string; namespace?: string } | undefined;

interface Named {
  readonly id: pulumi.Output<string>;
  readonly metadata: pulumi.Output<Made>;
}

function nameOf({ metadata }: Pick<Named, "metadata">): pulumi.Output<string> {
  return metadata.apply((made) => made?.name ?? "");
}

/**
 * A preview has a name of what is still to be made, which is another one in `up`; only the id is not known then. Whoever
 * refers to what does not exist yet would be refused by the API server.
 */
function nameOnceMade(resource: Named): pulumi.Output<string> {
  return pulumi.all([resource.id, nameOf(resource)]).apply(([, name]) => name);
}

/**
 * For a Pod: nothing in the preview that is to make the account, as an unknown name would keep the API server from checking
 * all else of the Pod.
 */
function nameInPod(account: ServiceAccount): pulumi.Output<string> {
  const known = knownOf(withLateErrors(nameOnceMade(account)));
  return pulumi.output(handledLater(known)) as pulumi.Output<string>;
}
