import type * as pulumi from "@pulumi/pulumi";

/**
 * A secret that is made, not brought: by `random.RandomPassword`, once, and the same in each `up` until a keeper changes.
 *
 * Source: https://www.pulumi.com/registry/packages/random/api-docs/randompassword/
 */
export interface GeneratedSecret {
  /** Number of characters, 8 or more. Default: 32. */
  length?: number;
  /** Special characters that it has beside letters and digits, such as "-_!". Default: none, so that it fits everywhere. */
  special?: string;
  /** Values by any name. When one changes, the secret is made anew, and the Pod with it. Default: none. */
  keepers?: Record<string, pulumi.Input<string>>;
  /** Whether steps and the app may both be given it. Default: false, and what a step is given is refused to the app. */
  shared?: boolean;
}
