import * as pulumi from "@pulumi/pulumi";
import { partsOf, withLateErrors } from "../spec/values";

/** `output`, or `otherwise` where a preview doesn't know it: an unknown would show as a change. */
export function knownOr<T>(output: pulumi.Output<T>, otherwise: pulumi.Input<T>): pulumi.Output<T> {
  if (!pulumi.runtime.isDryRun()) return output;
  const { isKnown } = partsOf(output);
  return withLateErrors(
    pulumi.output(
      isKnown.then((known): pulumi.Input<T> => (known ? withLateErrors(output) : otherwise)),
    ) as pulumi.Output<T>,
  );
}
