import * as pulumi from "@pulumi/pulumi";
import { partsOf } from "../spec/values";

/** Marks a secret on its way between Pulumi's programs. Source: https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/rpc.ts */
const signature = "4dabf18193072939515e22adb298388d";

/** Whether these are a secret as transforms get it, with its `value`. */
export function isSecretMark(fields: Record<string, unknown>): boolean {
  return signature in fields;
}

/** Secret or not, with the SDK's mark for unknowns wherever a preview knows nothing: `pulumi.isUnknown` tells it. */
export async function rawOf<T>(input: pulumi.Input<T>): Promise<T> {
  const raw: unknown = pulumi.Output.isInstance(input) ? await partsOf(input).promise(true) : await input;
  // What is a secret for two reasons, its own and a field's, the SDK unwraps once.
  const isWrapped = typeof raw === "object" && raw !== null && isSecretMark(raw as Record<string, unknown>);
  return (isWrapped ? (raw as { value: unknown }).value : raw) as T;
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

/** `value`, a secret where one of those that it comes of is. */
export function asSecretAs<T>(sources: readonly pulumi.Input<unknown>[], value: Promise<T>): pulumi.Output<T> {
  const outputs = sources.filter((source) => pulumi.Output.isInstance(source));
  const marked = Promise.all([value, ...outputs.map((output) => pulumi.isSecret(output))]).then(([known, ...secret]) =>
    secret.includes(true) ? pulumi.secret(known) : known,
  );
  return pulumi.output(handledLater(marked)) as pulumi.Output<T>;
}

/** A promise whose error may be asked for later than it comes, of which Node.js would warn. */
export function handledLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** Stands for what a preview doesn't know, of whichever type. */
export const unknown = pulumi.unknown as unknown as never;
