import * as pulumi from "@pulumi/pulumi";

/** What an Output is made of; the SDK's types don't declare it. */
interface Parts<T> {
  isKnown: Promise<boolean>;
  isSecret: Promise<boolean>;
  promise: (withUnknowns: boolean) => Promise<T>;
  allResources: () => Promise<unknown>;
}

/** `output`, or `otherwise` where a preview doesn't know it: an unknown would show as a change. */
export function knownOr<T>(output: pulumi.Output<T>, otherwise: pulumi.Input<T>): pulumi.Output<T> {
  if (!pulumi.runtime.isDryRun()) return output;
  const { isKnown } = output as unknown as Parts<T>;
  return withLateErrors(
    pulumi.output(
      isKnown.then((known): pulumi.Input<T> => (known ? withLateErrors(output) : otherwise)),
    ) as pulumi.Output<T>,
  );
}

/** An Output whose error may be asked for later than it comes, of which Node.js would warn. */
export function withLateErrors<T>(output: pulumi.Output<T>): pulumi.Output<T> {
  const { isKnown, isSecret, promise, allResources } = output as unknown as Parts<T>;
  for (const part of [isKnown, isSecret, promise(true), allResources()]) part.catch(() => undefined);
  return output;
}
