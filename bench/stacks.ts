import { environment, up as startSandbox } from "../sandbox/sandbox.ts";
import { TestStack } from "../tests/integration/support/stack.ts";
import type { Measured } from "./measure.ts";
import { measure } from "./measure.ts";

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
  const stack = await TestStack.create(program);
  try {
    return await work(stack);
  } finally {
    await stack.remove();
  }
}

/** Runs a pulumi command of a stack as a whole process. */
export async function pulumi(stack: TestStack, args: string[], boundSeconds?: number): Promise<Measured> {
  const all = ["--non-interactive", ...args];
  return await measure("pulumi", all, { cwd: stack.project, env: stack.env, boundSeconds });
}

export const upArgs = ["up", "--yes", "--skip-preview"];

/** As `pulumi`, for a command that must succeed. */
export async function mustPulumi(stack: TestStack, args: string[]): Promise<Measured> {
  const measured = await pulumi(stack, args);
  if (measured.code !== 0) throw new Error(measured.output);
  return measured;
}
