import type { rbac } from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import type { Texts } from "../environment";

/** What an InitPod has in the cluster beside its Pod and its Service. */
export type OwnObject = TextsObject | AccountObject | RoleObject;

/** Texts that a container is given. */
export interface TextsObject extends Named {
  readonly kind: "ConfigMap" | "Secret";
  readonly texts: Texts;
}

/** Whom the steps that read the cluster do so as. */
export interface AccountObject extends Named {
  readonly kind: "ServiceAccount";
}

/** What this account may read in one namespace. A RoleBinding belongs to it. */
export interface RoleObject extends Named {
  readonly kind: "Role";
  /** Default: the InitPod's. */
  readonly namespace?: pulumi.Input<string>;
  readonly rules: readonly PolicyRule[];
}

export type PolicyRule = rbac.v1.PolicyRule;

interface Named {
  /** What follows the InitPod's name in that of the resource; of one kind, no two have the same. */
  readonly suffix: string;
}

/** What the arguments don't tell by themselves. */
export interface Outside {
  /** Whether a value is a secret of Pulumi's. */
  readonly isSecret: (value: pulumi.Input<unknown>) => boolean;
  /** Name in the cluster of one of the manifest's own objects. */
  readonly nameOf: (object: Pick<OwnObject, "kind" | "suffix">) => pulumi.Input<string>;
}

/** Where all values are plain, and objects are called by what they are for. */
export const nothingOutside: Outside = { isSecret: () => false, nameOf: ({ suffix }) => suffix };

/** The Secret of what an InitPod generates. */
export const generatedSecret: Pick<TextsObject, "kind" | "suffix"> = { kind: "Secret", suffix: "generated" };

/** What is after the name of the Secret that keeps secret values of environment variables. */
const variables = "env";
/** Source: https://kubernetes.io/docs/concepts/configuration/secret/#restriction-names-data */
const longestKey = 253;

/** What keeps the texts of a container is named after it, unless it has the name of what is the whole InitPod's. */
export function suffixOf(container: string): string {
  // No container has a "." in its name.
  return [variables, generatedSecret.suffix].includes(container) ? `${container}.step` : container;
}

/** Collects the objects that a manifest needs. */
export class OwnObjects {
  readonly #objects: OwnObject[] = [];
  readonly #variables = new Map<string, pulumi.Input<string>>();

  constructor(readonly outside: Outside) {}

  get all(): readonly OwnObject[] {
    if (this.#variables.size === 0) return this.#objects;
    return [...this.#objects, { kind: "Secret", suffix: variables, texts: Object.fromEntries(this.#variables) }];
  }

  keep(object: OwnObject): pulumi.Input<string> {
    this.#objects.push(object);
    return this.outside.nameOf(object);
  }

  /** Keeps the value of a container's environment variable: in one Secret for all, as each takes the engine some time. */
  keepVariable(
    container: string,
    name: string,
    value: pulumi.Input<string>,
  ): { secret: pulumi.Input<string>; key: string } {
    const wanted = `${container}.${name}`.replace(/[^-._a-zA-Z0-9]/g, "_").slice(0, longestKey - 4);
    let key = wanted;
    for (let number = 2; this.#variables.has(key); number++) key = `${wanted}-${number}`;
    this.#variables.set(key, value);
    return { secret: this.outside.nameOf({ kind: "Secret", suffix: variables }), key };
  }
}
