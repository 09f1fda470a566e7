import type { FailedVerdict } from "../verdict/verdict";

/** The kubeconfig can't be used: missing, unreadable, no such context. */
export class KubeconfigError extends Error {
  override readonly name = "KubeconfigError";
}

/** No answer from the API server: refused, timed out, unknown host, bad certificate. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
}

/** The API server answered with an error status. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    /** HTTP status code. */
    readonly status: number,
    message: string,
    /** Machine-readable reason of the Kubernetes `Status` object, `""` where there was none. */
    readonly reason = "",
  ) {
    super(message);
  }
}

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
