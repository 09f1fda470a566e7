import * as pulumi from "@pulumi/pulumi";
import { rawOf } from "../pulumi";
import type { Plan } from "./plan";

/** The secret values that an InitPod's arguments hold. */
export interface Secrets {
  /** To be hidden wherever they turn up; some may be unknown in a preview. */
  values: readonly string[];
  /** Whether one of them is secret to Pulumi too, so that whatever comes of them must be. */
  isSecret: boolean;
}

export async function givenSecrets({ secrets }: Plan): Promise<Secrets> {
  if (secrets.length === 0) return { values: [], isSecret: false };
  const all = pulumi.all(secrets);
  const [values, isSecret] = await Promise.all([rawOf(all), pulumi.isSecret(all)]);
  return { values, isSecret };
}
