import type * as pulumi from "@pulumi/pulumi";
import { type KeyOfSecret, variableSize } from "../values";
import { type EnvVar, secretVariable } from "./envVar";
import type { Leaves } from "./leaves";

/** Environment variables with literal values, in the same order, which stand at `field` of the arguments. */
export function environment(
  env: Record<string, pulumi.Input<string>> = {},
  field: string,
  { variable }: Pick<Leaves, "variable">,
): EnvVar[] {
  return Object.entries(env).map(([name, value]) => variable(name, value, `${field}.${name}`, variableSize(name)));
}

/**
 * Environment variables whose values only the kubelet reads: they are neither in the Pod nor in Pulumi's state.
 * Source: https://kubernetes.io/docs/concepts/configuration/secret/#using-secrets-as-environment-variables
 */
export function secretEnvironment(env: Record<string, KeyOfSecret> = {}): EnvVar[] {
  return Object.entries(env).map(([name, from]) => secretVariable(name, from));
}
