import { execFileSync } from "node:child_process";

/** Runs a program of the operating system and gives what it wrote. Throws where it is missing, fails or hangs. */
export type RunTool = (command: string, args: readonly string[]) => string;

const timeoutMs = 5_000;

export const runTool: RunTool = (command, args) =>
  execFileSync(command, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    timeout: timeoutMs,
    windowsHide: true,
    // The same words and times whoever runs it.
    env: { ...process.env, LC_ALL: "C", TZ: "UTC" },
  }).trim();
