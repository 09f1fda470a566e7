import { spawn } from "node:child_process";

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Both streams, in the order in which they came. */
  output: string;
  seconds: number;
}

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** For standard input, which is closed where there is none. */
  input?: string;
  timeoutSeconds?: number;
  /** Told of each piece of output as it comes. */
  onOutput?: (text: string) => void;
}

/** Runs a program to its end, without a shell. Its exit code is for the caller to judge. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), (options.timeoutSeconds ?? 150) * 1000);
    const finished: Finished = { code: null, stdout: "", stderr: "", output: "", seconds: 0 };
    const keep = (stream: "stdout" | "stderr") => (chunk: Buffer) => {
      const text = chunk.toString();
      finished[stream] += text;
      finished.output += text;
      options.onOutput?.(text);
    };
    child.stdin?.end(options.input);
    child.stdout?.on("data", keep("stdout"));
    child.stderr?.on("data", keep("stderr"));
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ ...finished, code, seconds: (performance.now() - start) / 1000 });
    });
  });
}

/** Runs a program that must end with 0. */
export async function mustRun(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const finished = await run(command, args, options);
  if (finished.code !== 0) {
    throw new Error(`${command} ${args.join(" ")} ended with ${finished.code ?? "a signal"}:\n${finished.output}`);
  }
  return finished;
}
