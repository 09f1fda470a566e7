import type { InitPodArgs } from "../../../components/spec/args.ts";
import type { InitStep } from "../../../components/spec/initStep.ts";
import { problemsOf } from "../../../components/spec/validation/problemsOf.ts";

export const to = "/data/file";
export const download: InitStep = { download: { url: "https://example.com/", to } };
export const good: InitPodArgs = { init: [download], container: { image: "nginx:1.29", port: 80 } };

/** Fields that are complained about, with the complaint. */
export function fixes(args: Partial<InitPodArgs>): Record<string, string> {
  return Object.fromEntries(problemsOf({ ...good, ...args }).map(({ field, fix }) => [field, fix]));
}

export function fields(args: unknown): string[] {
  return Object.keys(fixes(args as Partial<InitPodArgs>));
}

export function inStep(step: unknown): string[] {
  return fields({ init: [step] });
}
