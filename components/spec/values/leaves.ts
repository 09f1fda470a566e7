import type * as pulumi from "@pulumi/pulumi";
import type { Check } from "./checked";
import type { SecretKey } from "./secretKeys";

/** Lets leaves of the arguments through to the manifest: plain ones as they are, Outputs to be checked when they resolve. */
export interface Leaves {
  /** One value. See `checked`. */
  readonly checked: <T>(input: pulumi.Input<T>, field: string, check: Check) => pulumi.Input<T>;
  /** A key of a Secret. */
  readonly secretKey: (from: SecretKey, field: string) => SecretKey;
  /** A key of a Secret that is given to a step, and that the app must not see. */
  readonly secret: (from: SecretKey, field: string) => SecretKey;
}
