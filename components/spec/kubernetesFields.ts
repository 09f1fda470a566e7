import type * as pulumi from "@pulumi/pulumi";

/**
 * Fields of a Kubernetes object of type T, an input type of `@pulumi/kubernetes`. They are merged over what there is, so
 * none of them is needed; Outputs may stand anywhere inside; null removes a field, and `$patch: "delete"` the element of a
 * list that Kubernetes merges by a key. A field that is newer than the installed `@pulumi/kubernetes` takes a type
 * assertion: `{ … } as KubernetesFields<T>`.
 */
// eslint-disable-next-line @typescript-eslint/consistent-indexed-object-style -- a Record has nothing to mark as internal
export type KubernetesFields<T> = { [Name in keyof T]?: KubernetesValue<T[Name]> | null } & {
  /**
   * For Pulumi's analyzer of components, which makes the schema for other languages of this source and can't read
   * Kubernetes' own types: it takes what has this for a map. The build leaves it out of the declarations that TypeScript
   * users get (stripInternal in tsconfig.json), so that an unknown name is an error there.
   * @internal
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- nobody knows more of the values
  [name: string]: any;
};

/** What may stand where `@pulumi/kubernetes` has type T; an object takes the fields of Extra too. */
export type KubernetesValue<T, Extra = unknown> = T extends Promise<unknown> | pulumi.OutputInstance<unknown>
  ? T
  : T extends readonly (infer Element)[]
    ? readonly KubernetesValue<Element, { $patch?: "delete" }>[]
    : T extends object
      ? KubernetesFields<T> & Extra
      : T;
