import type * as pulumi from "@pulumi/pulumi";
import { type Check, type KeyOfSecret, type SecretKey } from "../values";
import type { EnvVar } from "./envVar";

/** Lets leaves of the arguments through to the manifest: plain ones as they are, Outputs to be checked when they resolve. */
export interface Leaves {
  /** One value. See `checked`. */
  readonly checked: <T>(input: pulumi.Input<T>, field: string, check: Check) => pulumi.Input<T>;
  /** A key of a Secret. */
  readonly secretKey: (from: SecretKey, field: string) => KeyOfSecret;
  /** A key of a Secret that is given to a step, and that the app must not see. */
  readonly secret: (from: SecretKey, field: string) => KeyOfSecret;
  /**
   * One environment variable with a literal value. Where that is a secret of Pulumi's, it is kept in a Kubernetes Secret of
   * the InitPod's, and the Pod names the key.
   */
  readonly variable: (name: string, value: pulumi.Input<string>, field: string, check: Check) => EnvVar;
  /** Whether a value is a secret of Pulumi's. */
  readonly isSecret: (value: pulumi.Input<unknown>) => boolean;
  /** Has an object made for this container, with these texts by key; its name. */
  readonly keep: (kind: "ConfigMap" | "Secret", texts: Texts) => pulumi.Input<string>;
}

/** Texts by key. */
export type Texts = Readonly<Record<string, pulumi.Input<string>>>;
