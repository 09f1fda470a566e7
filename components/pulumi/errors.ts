import * as pulumi from "@pulumi/pulumi";
import { InitFailedError } from "../cluster/wait";
import { cleanLine } from "../text";

/**
 * An error of an InitPod, which a Pulumi program shows once, as one text, on the line of `resource`. `isInitPodError` tells
 * it from others.
 *
 * `message` refuses writes, because the SDK prefixes it for each property through which the error passes. `stack` is
 * empty, because the SDK inspects an error before it shows it, and on Node.js 20 and 22 inspecting one whose stack leads
 * through the SDK takes up to minutes and gigabytes.
 */
export class InitPodError extends pulumi.ResourceError {
  /** Can't be changed: `isInitPodError` goes by it. */
  declare readonly name: "InitPodError";

  /**
   * @param message - the whole text that is shown
   * @param resource - the resource on whose line it is shown
   */
  constructor(message: string, resource: pulumi.Resource) {
    super(message, resource, true);
    Object.defineProperties(this, {
      name: { value: errorName },
      message: { get: () => message, set: () => undefined },
      stack: { value: undefined, writable: true, configurable: true },
    });
  }

  /**
   * The same as `isInitPodError`. Inherited, it would say yes to every error of any resource.
   *
   * @param error - what was thrown
   * @returns whether it is one
   */
  static override isInstance(error: unknown): error is InitPodError {
    return isInitPodError(error);
  }
}

const errorName: InitPodError["name"] = "InitPodError";

/**
 * Whether an error is an InitPodError. A program can catch the one that `new InitPod` throws for bad arguments; what
 * fails later, such as a Pod that can't get Ready, fails outputs instead, and Pulumi shows it when the program ends.
 *
 * It does not go by `instanceof`: where npm installs this package or the Pulumi SDK twice, each copy has classes of its
 * own. It goes by what all copies have in common: the SDK's mark of a ResourceError, made for this very case, and the
 * name, which no one can change. The name alone would not do, as any Error can bear it, without a `resource`.
 *
 * Source: https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/errors.ts
 *
 * @param error - anything that was thrown
 * @returns whether it is one
 *
 * @example
 * ```ts
 * try {
 *   new InitPod("web", args);
 * } catch (error) {
 *   if (!isInitPodError(error)) throw error;
 *   // Its message refuses writes: what is added takes an error of its own.
 *   throw new pulumi.ResourceError(`${error.message}\nAsk the platform team.`, error.resource, true);
 * }
 * ```
 */
export function isInitPodError(error: unknown): error is InitPodError {
  return pulumi.ResourceError.isInstance(error) && error.name === errorName;
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
