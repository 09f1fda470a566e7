import type { InitStep } from "./initStep";
import { container } from "./steps/container";
import { copyFromImage } from "./steps/copyFromImage";
import { credentials } from "./steps/credentials";
import { download } from "./steps/download";
import { files } from "./steps/files";
import { gitClone } from "./steps/gitClone";
import type { StepPlan } from "./steps/plan";
import { run } from "./steps/run";
import { waitFor } from "./steps/waitFor";

/** Fields that every step has; all others are kinds. */
type Common =
  | "name"
  | "image"
  | "sidecar"
  | "startWhen"
  | "retries"
  | "timeoutSeconds"
  | "secretEnv"
  | "resources"
  | "securityContext";
/** The kinds of step. */
export type Kind = Exclude<keyof InitStep, Common>;

// A kind is a file in steps/, its field in InitStep and its line here. Where its arguments have a type of their own, the
// package's index.ts exports that too, as it is public.
const kinds: {
  readonly [K in Kind]: (value: NonNullable<InitStep[K]>, secretNames: readonly string[]) => StepPlan;
} = {
  waitFor,
  download,
  credentials,
  files,
  gitClone,
  copyFromImage,
  run,
  container,
};

/** Names of all kinds, as they are written in a step. */
export const kindNames = Object.keys(kinds) as Kind[];

/** The kinds that a step sets: exactly one in a good step. */
export function kindsOf(step: InitStep): Kind[] {
  return kindNames.filter((kind) => step[kind] !== undefined);
}

/** What a step's kind makes of its arguments; undefined for a step that doesn't set exactly one kind. */
export function planOf(step: InitStep): { kind: Kind; plan: StepPlan } | undefined {
  const [kind, ...more] = kindsOf(step);
  if (kind === undefined || more.length > 0) return undefined;
  // Kind and value belong together by construction of `kinds`; TypeScript can't follow a union through it.
  const make = kinds[kind] as (value: unknown, secretNames: readonly string[]) => StepPlan;
  return { kind, plan: make(step[kind], Object.keys(step.secretEnv ?? {})) };
}
