import type { FailedVerdict } from "../verdict";

/** The Pod can't get Ready; the message is the whole report. */
export class InitFailedError extends Error {
  override readonly name = "InitFailedError";
  constructor(
    message: string,
    readonly verdict: FailedVerdict,
  ) {
    super(message);
  }
}

/** The Pod that was created is not in the cluster that is watched. */
export class ClusterMismatchError extends Error {
  override readonly name = "ClusterMismatchError";
}
