import * as pulumi from "@pulumi/pulumi";
import { rawOf } from "../pulumi";
import type { InitPodArgs } from "../spec";
import { outputsIn } from "../spec/manifest";

/** The secret values that an InitPod's arguments hold. */
export interface Secrets {
  /** To be hidden wherever they turn up; some may be unknown in a preview. */
  values: readonly string[];
  /** Whether one of them is secret to Pulumi too, so that whatever comes of them must be. */
  isSecret: boolean;
}

/** What these texts come to: those of a manifest, and what is generated. */
export async function givenSecrets(texts: Promise<readonly pulumi.Input<string>[]>): Promise<Secrets> {
  const secrets = await texts;
  if (secrets.length === 0) return { values: [], isSecret: false };
  const all = pulumi.all([...secrets]);
  const [values, isSecret] = await Promise.all([rawOf(all), pulumi.isSecret(all)]);
  return { values, isSecret };
}

/** Tells which of the values that steps and the app are given are secrets. */
export async function secretInputs({
  init,
  container,
}: Pick<InitPodArgs, "init" | "container">): Promise<(value: pulumi.Input<unknown>) => boolean> {
  const outputs = outputsIn([init, container]);
  const secret = await Promise.all(outputs.map((output) => pulumi.isSecret(output)));
  const found = new Set<unknown>(outputs.filter((_, at) => secret[at]));
  return (value) => found.has(value);
}
