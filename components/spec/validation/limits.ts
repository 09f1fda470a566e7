import type { InitPodArgs } from "..";
import { type Problem, seconds, shownValue } from "../values";

/**
 * Limits of steps that are never reached, as the InitPod's own time, where that is set, is over before. Limits are bounds
 * and no estimates, so their sum may well be more.
 */
export function limitProblems(args: InitPodArgs): Problem[] {
  const { timeoutSeconds } = args;
  if (timeoutSeconds === undefined || seconds(timeoutSeconds) !== undefined) return [];
  const fix =
    `is never reached, as the InitPod's own timeoutSeconds are ${timeoutSeconds}; lower it, or raise those above the ` +
    "time that all steps and the app take together";
  return beyond(args, timeoutSeconds).map(({ field, limit }) => ({ field, value: shownValue(limit), fix }));
}

/** The same where the InitPod's own time, of `ownSeconds`, is not set by timeoutSeconds; undefined where all is well. */
export function limitWarning(args: InitPodArgs, ownSeconds: number): string | undefined {
  const fields = args.timeoutSeconds === undefined ? beyond(args, ownSeconds) : [];
  if (fields.length === 0) return undefined;
  const shown = fields.map(({ field, limit }) => `${field} = ${limit}`).join(" and ");
  return (
    `${shown}: never reached, as \`up\` waits ${ownSeconds} s for the whole Pod. Set timeoutSeconds of the InitPod to ` +
    "more than all steps and the app take together."
  );
}

function beyond({ init = [] }: InitPodArgs, ownSeconds: number): { field: string; limit: number }[] {
  const limits = init.flatMap(({ timeoutSeconds, waitFor }, at) => [
    { field: `init[${at}].timeoutSeconds`, limit: timeoutSeconds },
    { field: `init[${at}].waitFor.timeoutSeconds`, limit: waitFor?.timeoutSeconds },
  ]);
  return limits.flatMap(({ field, limit }) => (limit !== undefined && limit > ownSeconds ? [{ field, limit }] : []));
}
