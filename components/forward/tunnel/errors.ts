/** No tunnel to the Pod could be opened. */
export class DialError extends Error {
  override readonly name = "DialError";

  constructor(
    message: string,
    /** HTTP status that the API server answered with; `undefined` where it did not answer. */
    readonly status?: number,
  ) {
    super(message);
  }
}
