import type * as pulumi from "@pulumi/pulumi";
import { problemsIn, problemsInOptional } from "./checked";
import { envName, objectName, secretKey } from "./kubernetesNames";
import type { Problem } from "./problem";

/** One key of a Kubernetes Secret in the Pod's namespace. */
export interface SecretKey {
  /** Name of the Secret. Default: the Secret of what this InitPod generates. */
  secret?: pulumi.Input<string>;
  /** Key in the Secret. */
  key: pulumi.Input<string>;
}

/** The same with the name of its Secret. */
export type KeyOfSecret = Required<SecretKey>;

/** What is wrong with a reference to a key of a Secret. */
export function secretKeyProblems(field: string, from: SecretKey): Problem[] {
  return [
    ...problemsInOptional(`${field}.secret`, from.secret, objectName),
    ...problemsIn(`${field}.key`, from.key, secretKey),
  ];
}

/**
 * What is wrong with environment variables that come from Secrets; `others` are variables that the container has
 * already.
 */
export function secretEnvProblems(
  field: string,
  env: Record<string, SecretKey> = {},
  others: readonly string[] = [],
): Problem[] {
  return Object.entries(env).flatMap(([name, from]) => [
    ...problemsIn(`${field}.${name}`, name, envName),
    ...secretKeyProblems(`${field}.${name}`, from),
    ...(others.includes(name)
      ? [{ field: `${field}.${name}`, value: "", fix: "is in env as well; keep one of them" }]
      : []),
  ]);
}
