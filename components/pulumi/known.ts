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

/**
 * The URN of a resource. As an Output it carries a dependency on the resource; on a component, that stands for all its
 * children: one that took it would wait for itself.
 */
export async function urnOf(resource: pulumi.Resource): Promise<string> {
  return await rawOf(resource.urn);
}

/** A promise whose error may be asked for later than it comes, of which Node.js would warn. */
export function handledLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** Stands for what a preview doesn't know, of whichever type. */
export const unknown = pulumi.unknown as unknown as never;
