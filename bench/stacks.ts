import { environment, up as startSandbox } from "../sandbox/sandbox.ts";
import { TestStack } from "../tests/integration/support/stack.ts";
import { type Measured, measured, type RunOptions, type Timed, timed } from "./measure.ts";

export interface Setting {
  kubernetes: string;
  random: string;
}

/** Starts the sandbox for this process; says with which plugins it works. */
export async function useSandbox(): Promise<Setting> {
  const { providers } = await startSandbox({ report: console.error });
  Object.assign(process.env, environment());
  return providers;
}

/** Runs `work` with a stack, and removes the stack afterwards. */
export async function withStack<T>(program: string, work: (stack: TestStack) => Promise<T>): Promise<T> {
  // As people have it who say nothing: with TypeScript, which the engine's host loads into every program.
  const stack = await TestStack.create(program, { runtime: "nodejs" });
  try {
    return await work(stack);
  } finally {
    await stack.remove();
  }
}

/** Runs a pulumi command of a stack as a whole process, and samples its memory. */
export async function pulumi(stack: TestStack, args: string[], boundSeconds?: number): Promise<Measured> {
  return await measured("pulumi", ["--non-interactive", ...args], processOf(stack, boundSeconds));
}

export const upArgs = ["up", "--yes", "--skip-preview"];

/** As `pulumi`, for a command that must succeed. */
export async function mustPulumi(stack: TestStack, args: string[]): Promise<Measured> {
  return succeeded(await pulumi(stack, args));
}

/** How long a pulumi command takes that must succeed. Nothing is measured meanwhile. */
export async function secondsOf(stack: TestStack, args: string[]): Promise<number> {
  return succeeded(await timed("pulumi", ["--non-interactive", ...args], processOf(stack))).seconds;
}

function succeeded<T extends Timed>(run: T): T {
  if (run.code !== 0) throw new Error(run.output);
  return run;
}

function processOf(stack: TestStack, boundSeconds?: number): RunOptions {
  return { cwd: stack.project, env: stack.env, boundSeconds };
}
