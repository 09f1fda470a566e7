import * as pulumi from "@pulumi/pulumi";
import { partsOf } from "../spec/values";

/** Secret or not, with the SDK's mark for unknowns wherever a preview knows nothing: `pulumi.isUnknown` tells it. */
export async function rawOf<T>(input: pulumi.Input<T>): Promise<T> {
  return (pulumi.Output.isInstance(input) ? await partsOf(input).promise(true) : await input) as T;
}

/** What an Output comes to, secret or not; undefined where a preview doesn't know it. */
export async function knownOf<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  const { isKnown, promise } = partsOf(output);
  const [known, value] = await Promise.all([isKnown, promise(true)]);
  return known ? (value as T) : undefined;
}

/** Stands for what a preview doesn't know, of whichever type. */
export const unknown = pulumi.unknown as unknown as never;
