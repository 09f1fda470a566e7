import { SandboxError } from "./errors.ts";
import { tryRun } from "./machine/run.ts";
import { findExecutable, pathFolders } from "./paths.ts";

/** What the go.mod files ask for: an older one refuses them. */
export const goMinimum: Version = [1, 26, 6];
type Version = readonly [number, number, number];

export interface Preconditions {
  /** Path of the go command, where it is new enough. */
  go: string;
}

/** What a machine must have, found out at once so that nobody has to fix one thing after the other. */
export async function checkPreconditions(needGo: boolean): Promise<Preconditions> {
  const missing: string[] = [];
  if (process.platform !== "linux") {
    missing.push(
      `Linux (this is ${process.platform}): use a Linux machine or VM, or --context NAME for a cluster of yours`,
    );
  }
  if (!isRoot()) missing.push(`${rootReason}: run it as root or by sudo`);
  const folders = programFolders();
  for (const program of ["apt-get", "dpkg-deb"]) {
    if (findExecutable(program, folders) === undefined) {
      missing.push(`${program}: use Debian or Ubuntu, or --context NAME for a cluster of yours`);
    }
  }
  const go = needGo ? await findGo(folders) : { path: "" };
  if ("problem" in go) missing.push(go.problem);
  if (missing.length > 0) {
    throw new SandboxError(
      `The sandbox can't be built here. Missing:\n${missing.map((one) => `  - ${one}`).join("\n")}`,
    );
  }
  return { go: "path" in go ? go.path : "" };
}

/** The go command, for what is built after `up`. */
export async function requireGo(): Promise<string> {
  const go = await findGo(programFolders());
  if ("problem" in go) throw new SandboxError(`Missing: ${go.problem}`);
  return go.path;
}

function programFolders(): string[] {
  return [...pathFolders(), "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
}

const rootReason = "root (a cluster makes mounts and interfaces)";

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

export function checkRoot(): void {
  if (!isRoot()) throw new SandboxError(`This needs ${rootReason}: run it as root or by sudo.`);
}

async function findGo(folders: readonly string[]): Promise<{ path: string } | { problem: string }> {
  const wanted = `Go ≥ ${goMinimum.join(".")}`;
  const how = "unpack it from https://go.dev/dl to /usr/local/go";
  const seen: string[] = [];
  for (const folder of [...folders, "/usr/local/go/bin"]) {
    const path = findExecutable("go", [folder]);
    if (path === undefined) continue;
    // Otherwise an old go would fetch a newer one by itself, or a go.work of the user's would change the answer.
    const { stdout } = await tryRun(path, ["version"], { cwd: "/", env: { ...process.env, GOTOOLCHAIN: "local" } });
    const version = parseVersion(stdout);
    if (version !== undefined && atLeast(version, goMinimum)) return { path };
    seen.push(`${path} is ${version?.join(".") ?? "unknown"}`);
  }
  return { problem: `${wanted}${seen.length > 0 ? ` (${[...new Set(seen)].join(", ")})` : ""}: ${how}` };
}

export function parseVersion(text: string): Version | undefined {
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}

export function atLeast(version: Version, minimum: Version): boolean {
  const difference = [0, 1, 2].map((index) => (version[index] ?? 0) - (minimum[index] ?? 0)).find((one) => one !== 0);
  return (difference ?? 0) >= 0;
}
