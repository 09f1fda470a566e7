import type { core } from "@pulumi/kubernetes/types/input";
import { type KeyOfSecret } from "../values";

/** One environment variable of a container. */
export type EnvVar = core.v1.EnvVar;

/** One environment variable whose value comes from a Secret. */
export function secretVariable(name: string, { secret, key }: KeyOfSecret): EnvVar {
  return { name, valueFrom: { secretKeyRef: { name: secret, key } } };
}
