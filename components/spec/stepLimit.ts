import type { InitStep } from "./initStep";
import { planOf } from "./kinds";

/** Seconds until a sidecar with startWhen must have started. */
const defaultStartSeconds = 60;

/** Seconds that an attempt of a step may take: its own, its kind's, or those of a start gate; undefined where none are known. */
export function stepLimit(step: InitStep): number | undefined {
  const ofStart = step.startWhen === undefined ? undefined : defaultStartSeconds;
  return step.timeoutSeconds ?? planOf(step)?.plan.timeoutSeconds ?? ofStart;
}
