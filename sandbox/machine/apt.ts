import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf, SandboxError } from "../errors.ts";
import { run, tryRun } from "./run.ts";

const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };
/** Without it apt warns that its own user can't write to our folder. */
const asRoot = ["-o", "APT::Sandbox::User=root"];
const listsMaxAgeMs = 24 * 60 * 60 * 1000;

/**
 * Debian packages, downloaded by apt and unpacked into folders of the sandbox. Nothing is installed on the machine: no
 * service starts, no file of the system changes, and removing the folder removes it all.
 */
export interface Apt {
  /** Unpacks the packages and what they need that the machine lacks. */
  unpackMissing(packages: readonly string[], folder: string): Promise<void>;
  /**
   * Unpacks the packages and all that they need, down to the C library, but for the packages in `without`, where a `*` at
   * the end stands for any rest of a name.
   */
  unpackWhole(packages: readonly string[], without: readonly string[], folder: string): Promise<void>;
}

export function createApt(downloads: string, report: (line: string) => void): Apt {
  mkdirSync(downloads, { recursive: true });
  const nothingInstalled = join(downloads, "status");
  writeFileSync(nothingInstalled, "");
  let lists: Promise<void> | undefined;
  const unpack = async (options: readonly string[], packages: readonly string[], without: string[], folder: string) => {
    lists ??= refreshLists(report);
    await lists;
    const names = (await simulate([...options, ...packages])).filter(
      (name) => !without.some((one) => isNamed(name, one)),
    );
    mkdirSync(folder, { recursive: true });
    for (const file of await download(names, downloads)) await extract(file, folder);
  };
  return {
    unpackMissing: (packages, folder) => unpack(["--reinstall"], packages, [], folder),
    unpackWhole: (packages, without, folder) =>
      unpack(["-o", `Dir::State::status=${nothingInstalled}`], packages, [...without], folder),
  };
}

function isNamed(name: string, pattern: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** The names that apt would install, the asked ones among them. */
async function simulate(args: readonly string[]): Promise<string[]> {
  const output = await run("apt-get", ["-s", "install", "--no-install-recommends", ...args], { env: environment });
  return output.split("\n").flatMap((line) => /^Inst (\S+)/.exec(line)?.[1] ?? []);
}

async function download(names: readonly string[], downloads: string): Promise<string[]> {
  // Of its own per set: two sets of packages may be on their way at once.
  const folder = join(downloads, createHash("sha256").update(names.join()).digest("hex").slice(0, 12));
  mkdirSync(folder, { recursive: true });
  const get = () => tryRun("apt-get", [...asRoot, "download", ...names], { cwd: folder, env: environment });
  let result = await get();
  if (result.code !== 0) {
    // The mirror has moved on since the lists were made.
    await run("apt-get", ["update"], { env: environment }).catch(() => undefined);
    result = await get();
  }
  if (result.code !== 0) {
    throw new SandboxError(
      `apt-get could not download ${names.join(" ")}: ${result.stderr.trim().split("\n").slice(-3).join(" ")}\n` +
        "Check that `apt-get update` works on this machine, then run the same command again.",
    );
  }
  return readdirSync(folder)
    .filter((name) => name.endsWith(".deb"))
    .map((name) => join(folder, name));
}

/** Not dpkg-deb -x: where /lib is a link to usr/lib, that would make it a folder again. */
async function extract(file: string, folder: string): Promise<void> {
  await run("sh", ["-c", 'dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C "$2"', "-", file, folder]);
}

async function refreshLists(report: (line: string) => void): Promise<void> {
  if (!listsAreOld()) return;
  report("apt: refreshing the package lists (apt-get update)");
  try {
    await run("apt-get", ["update"], { env: environment });
  } catch (error) {
    // One broken source among several is common and does no harm here; a package that can't be had says so itself.
    report(`apt: the lists are not all fresh: ${messageOf(error).split("\n").at(-1) ?? ""}`);
  }
}

function listsAreOld(): boolean {
  const folder = "/var/lib/apt/lists";
  try {
    const times = readdirSync(folder)
      .filter((name) => name.includes("_Packages"))
      .map((name) => statSync(join(folder, name)).mtimeMs);
    const checked = statSync(folder).mtimeMs;
    return times.length === 0 || Date.now() - Math.max(checked, ...times) > listsMaxAgeMs;
  } catch {
    return true;
  }
}

export function removeDownloads(downloads: string): void {
  rmSync(downloads, { recursive: true, force: true });
}
