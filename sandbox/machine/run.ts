import { spawn } from "node:child_process";
import { SandboxError } from "../errors.ts";

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  input?: string;
  /** Called with every line of stderr as it comes. */
  onLine?: (line: string) => void;
}

const shownLines = 15;

/** Runs a program to its end and gives its stdout; a failure names the command and the last lines that it wrote. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await tryRun(command, args, options);
  if (result.code !== 0) {
    const tail = `${result.stdout}\n${result.stderr}`.trim().split("\n").slice(-shownLines).join("\n");
    throw new SandboxError(`${command} ${args.slice(0, 4).join(" ")} failed (${result.ended}):\n${tail}`);
  }
  return result.stdout;
}

export interface Result {
  code: number | null;
  ended: string;
  stdout: string;
  stderr: string;
}

export function tryRun(command: string, args: readonly string[], options: RunOptions = {}): Promise<Result> {
  return new Promise((settle) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["pipe", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    let pending = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      pending += text;
      const lines = pending.split("\n");
      pending = lines.pop() ?? "";
      for (const line of lines) options.onLine?.(line);
    });
    // A program that ends without reading its input closes the pipe; its exit code says what went wrong.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
    child.on("error", (error) => settle({ code: 127, ended: error.message, stdout, stderr }));
    child.on("close", (code, signal) => {
      settle({ code, ended: code === null ? `signal ${String(signal)}` : `exit code ${code}`, stdout, stderr });
    });
  });
}
