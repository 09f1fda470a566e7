import * as pulumi from "@pulumi/pulumi";
import { InitFailedError } from "../cluster/wait";
import { cleanLine } from "../text";

/**
 * An error that a Pulumi program shows once, as one text, on the line of `resource`.
 *
 * `message` refuses writes, because the SDK prefixes it for each property through which the error passes. `stack` is
 * empty, because the SDK inspects an error before it shows it, and on Node.js 20 and 22 inspecting one whose stack leads
 * through the SDK takes up to minutes and gigabytes.
 */
export class InitPodError extends pulumi.ResourceError {
  constructor(message: string, resource: pulumi.Resource) {
    super(message, resource, true);
    Object.defineProperties(this, {
      name: { value: "InitPodError" },
      message: { get: () => message, set: () => undefined },
      stack: { value: undefined, writable: true, configurable: true },
    });
  }
}

/** The SDK shows an error object once: what several resources meet, such as a dead cluster, must stay one object. */
const reported = new WeakMap<Error, InitPodError>();

/** Runs `action`; what it throws becomes an `InitPodError` of `resource`. */
export async function reportedOn<T>(resource: pulumi.Resource, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof InitPodError) throw error;
    if (!(error instanceof Error)) throw new InitPodError(String(error), resource);
    const known = reported.get(error) ?? new InitPodError(textOf(error), resource);
    reported.set(error, known);
    throw known;
  }
}

function textOf(error: Error): string {
  // It is made for Pulumi's display, with what was foreign in it made harmless.
  if (error instanceof InitFailedError) return error.message;
  // A fault in this package, not a condition that it foresaw: only the stack tells where.
  const unforeseen = error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
  const text = unforeseen ? (error.stack ?? error.message) : error.message;
  return text.split("\n").map(cleanLine).join("\n");
}
