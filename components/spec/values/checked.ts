import * as pulumi from "@pulumi/pulumi";
import { hiddenValue, type Problem, problemLine, shownValue } from "./problem";

/** What is wrong with a value and how to put it right; undefined where it is fine. */
export type Check = (value: unknown) => string | undefined;

/** Makes the error that an Output throws when it resolves to a bad value. */
export type Fail = (text: string) => Error;

/** Whether a value is known now: neither an Output nor a Promise. */
export function isPlain<T>(input: pulumi.Input<T>): input is T & pulumi.Input<T> {
  return !pulumi.Output.isInstance(input) && !(input instanceof Promise);
}

/** Whether a value is a map as one writes it in a program: no list, no Output, nothing of a class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value) || !isPlain(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Of another realm, as of a test runner's, its prototype is another object, which has none itself.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * The problem of a plain value, if it has one. An Output has none yet: `checked` looks at it when it resolves. `show`
 * hides a value that may be secret.
 */
export function problemsIn(field: string, value: unknown, check: Check, show = shownValue): Problem[] {
  if (!isPlain(value)) return [];
  const fix = check(value);
  return fix === undefined ? [] : [{ field, value: show(value), fix }];
}

/** As `problemsIn`, for a value that may be missing. */
export function problemsInOptional(field: string, value: unknown, check: Check, show = shownValue): Problem[] {
  return value === undefined ? [] : problemsIn(field, value, check, show);
}

/**
 * An Output that is checked when it resolves, so that a bad value is refused although it was unknown at first. A plain
 * value comes back as it is: it was checked before anything was made. A secret value, or one that is `hidden`, is not
 * shown.
 * @throws what `fail` makes, in the Output.
 */
export function checked<T>(
  input: pulumi.Input<T>,
  field: string,
  check: Check,
  fail: Fail,
  hidden = false,
): pulumi.Input<T> {
  if (isPlain(input)) return input;
  const output = withoutCircles(input, field, fail);
  const guarded = output.apply(async (value) => {
    const fix = check(value);
    if (fix === undefined) return value;
    const secret = hidden || (await pulumi.isSecret(output));
    throw fail(
      problemLine({ field, value: secret ? hiddenValue : value === undefined ? "undefined" : shownValue(value), fix }),
    );
  });
  // Output<UnwrappedT> is what an Input<T> resolves to; TypeScript can't see that for a generic T.
  return guarded as pulumi.Output<T>;
}

/** What the SDK says of a value that contains itself, of which it makes no Output. */
const circular = "Cannot create an Output from a circular structure";

/** As an Output, of which the SDK refuses some without a word about where they stand. */
function withoutCircles(input: pulumi.Input<unknown>, field: string, fail: Fail): pulumi.Output<unknown> {
  // Its error is told in our words, and then not once more in the SDK's.
  const output = withLateErrors(pulumi.output(input));
  return pulumi.output(
    partsOf(output)
      .promise(true)
      .then(
        () => output,
        (error: unknown) => {
          if (!(error instanceof Error) || !error.message.includes(circular)) throw error;
          throw fail(problemLine({ field, value: "an object", fix: "contains itself; write it out as plain data" }));
        },
      ),
  );
}

/** An Output whose error may be asked for later than it comes, of which Node.js would warn. */
export function withLateErrors<T>(output: pulumi.Output<T>): pulumi.Output<T> {
  const { isKnown, isSecret, promise, allResources } = partsOf(output);
  for (const part of [isKnown, isSecret, promise(true), allResources()]) part.catch(() => undefined);
  return output;
}

/** What an Output is made of; the SDK's types don't declare it. */
export interface OutputParts {
  isKnown: Promise<boolean>;
  isSecret: Promise<boolean>;
  promise: (withUnknowns: boolean) => Promise<unknown>;
  allResources: () => Promise<ReadonlySet<pulumi.Resource>>;
}

export function partsOf(output: pulumi.OutputInstance<unknown>): OutputParts {
  return output as unknown as OutputParts;
}
