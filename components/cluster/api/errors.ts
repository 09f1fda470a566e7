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
    /** When to ask again, in milliseconds, where the API server says so. */
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

/** Whether the API server answered with one of these statuses. */
export function hasStatus(error: unknown, ...statuses: number[]): error is ApiError {
  return error instanceof ApiError && statuses.includes(error.status);
}
