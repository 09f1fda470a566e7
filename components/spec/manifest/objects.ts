import type * as pulumi from "@pulumi/pulumi";
import type { Texts } from "../values";

/** What an InitPod keeps in the cluster beside its Pod and its Service. */
export interface OwnObject {
  readonly kind: "ConfigMap" | "Secret";
  /** What follows the InitPod's name in that of the resource; of one kind, no two have the same. */
  readonly suffix: string;
  readonly texts: Texts;
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
export const generatedSecret: Pick<OwnObject, "kind" | "suffix"> = { kind: "Secret", suffix: "generated" };

/** What is after the name of the Secret that keeps secret values of environment variables. */
const variables = "env";
/** Source: https://kubernetes.io/docs/concepts/configuration/secret/#restriction-names-data */
const longestKey = 253;

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
