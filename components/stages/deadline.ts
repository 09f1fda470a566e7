import type * as pulumi from "@pulumi/pulumi";
import { type InitPodArgs, stepLimit } from "../spec";

const defaultSeconds = 600;
/** For the app itself, once all steps are through. */
const appSeconds = 60;
const unitSeconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** Seconds until the Pod must be Ready: the argument's, else those of `customTimeouts.create`, which the engine gives to custom resources alone. */
export function deadlineSeconds(args: InitPodArgs, opts: pulumi.ComponentResourceOptions): number {
  return args.timeoutSeconds ?? parseDuration(opts.customTimeouts?.create) ?? Math.max(defaultSeconds, limits(args));
}

/** What the limits of all steps come to, and some time for the app: none of them is cut short by ours. */
function limits({ init = [] }: InitPodArgs): number {
  return init.reduce((sum, step) => sum + (stepLimit(step) ?? 0), appSeconds);
}

/** Seconds of a duration such as `90s` or `1h30m`; `undefined` where it is none. Source: https://pkg.go.dev/time#ParseDuration */
export function parseDuration(text: string | undefined): number | undefined {
  if (text === undefined || !/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)].reduce(
    (sum, [, amount = "0", unit = "s"]) => sum + Number(amount) * (unitSeconds[unit] ?? 0),
    0,
  );
}
