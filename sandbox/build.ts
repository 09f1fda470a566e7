import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { run, tryRun } from "./machine/run.ts";
import { stored } from "./machine/stored.ts";
import type { Task } from "./progress.ts";
import { linkerFlags } from "./versions.ts";

const modules = {
  build: join(import.meta.dirname, "build"),
  languageHost: join(import.meta.dirname, "build-language-host"),
};
const pulumiPackage = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
/** Debug information is never read here; leaving it out saves a tenth of the compile time. */
const commonFlags = ["-gcflags=all=-dwarf=false"];
const flags = {
  build: [...commonFlags, "-ldflags", linkerFlags],
  // It is of another version, which its own module says.
  languageHost: [...commonFlags, "-ldflags", "-s -w"],
};

/** Parts of the build's whole time, measured. */
const downloadShare = 0.06;
const languageHostShare = 0.04;

/**
 * Measured: after this share of the packages, that share of the compile time is over. The first ones are the standard
 * library's, which are small; a straight line would promise an end in two minutes.
 */
const course: readonly (readonly [packages: number, time: number])[] = [
  [0, 0],
  [0.06, 0.016],
  [0.155, 0.11],
  [0.33, 0.29],
  [0.45, 0.42],
  [1, 1],
];

/** The share of the compile time that is over. */
export function compileShare(packages: number): number {
  const next = course.findIndex(([upTo]) => upTo >= packages);
  const [fromPackages, fromTime] = course[next - 1] ?? [0, 0];
  const [toPackages, toTime] = course[next] ?? [1, 1];
  if (next < 1) return next === 0 ? 0 : 1;
  return fromTime + ((packages - fromPackages) / (toPackages - fromPackages)) * (toTime - fromTime);
}

export interface Binaries {
  folder: string;
  made: boolean;
}

/** The folder of the binaries, where they are built already. `withEngine`: Pulumi and its language host too. */
export function builtBinaries(folder: string, withEngine: boolean): string | undefined {
  // With the engine is more than without, so it serves both.
  const names = withEngine ? [binariesKey(true)] : [binariesKey(true), binariesKey(false)];
  return names.map((name) => join(folder, name)).find((path) => existsSync(path));
}

export function binariesKey(withEngine: boolean): string {
  const hash = createHash("sha256").update(JSON.stringify([flags, withEngine, process.arch]));
  for (const folder of Object.values(modules)) {
    for (const name of globSync(["go.mod", "go.sum", "cmd/**/*.go"], { cwd: folder }).sort()) {
      hash.update(name).update(readFileSync(join(folder, name)));
    }
  }
  return hash.digest("hex").slice(0, 16);
}

/**
 * Builds all of it. Both Go caches are the sandbox's own and stay when the build is killed: the next run continues
 * there. They are removed at the end (7 GB).
 */
export async function buildBinaries(
  go: string,
  paths: { built: string; go: string },
  withEngine: boolean,
  task: Task,
): Promise<Binaries> {
  const done = builtBinaries(paths.built, withEngine);
  if (done !== undefined) return { folder: done, made: false };
  const { folder, made } = await stored(paths.built, binariesKey(withEngine), async (unfinished) => {
    const env = await goEnvironment(go, paths.go);
    const targets = withEngine ? ["./...", "tool"] : ["./...", ...(await otherTools(go, env))];
    task.update(0, "downloading Go modules");
    const packages = await countPackages(go, targets, env);
    let compiled = 0;
    const span = 1 - downloadShare - (withEngine ? languageHostShare : 0);
    await compile(go, "build", targets, unfinished, env, () => {
      compiled += 1;
      const share = downloadShare + span * compileShare(compiled / packages);
      task.update(share, `compiling, ${compiled} of ${packages} packages`);
    });
    if (!withEngine) return;
    task.update(1 - languageHostShare, "compiling the Node.js language host");
    await compile(go, "languageHost", ["tool"], unfinished, env, () => undefined);
  });
  rmSync(paths.go, { recursive: true, force: true });
  return { folder, made };
}

function compile(
  go: string,
  module: keyof typeof modules,
  targets: string[],
  output: string,
  env: NodeJS.ProcessEnv,
  onPackage: () => void,
): Promise<string> {
  const isPackage = (line: string): boolean => /^[\w.~-]+(\/[\w.~-]+)*$/.test(line);
  return run(go, ["build", "-v", "-o", `${output}/`, ...flags[module], ...targets], {
    cwd: modules[module],
    env,
    onLine: (line) => {
      if (isPackage(line)) onPackage();
    },
  });
}

async function countPackages(go: string, targets: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const list = await run(go, ["list", "-deps", ...targets], { cwd: modules.build, env });
  return list.split("\n").length;
}

async function otherTools(go: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const list = await run(go, ["list", "tool"], { cwd: modules.build, env });
  return list.split("\n").filter((name) => name !== "" && name !== pulumiPackage);
}

const unwanted = ["GOEXPERIMENT", "GODEBUG", "GOROOT", "GOAMD64", "GOARM64", "GOBIN", "GOFIPS140"];

/**
 * The user's own settings for where modules come from (GOPROXY and so on) hold; whatever else would change what is built
 * or where it is written does not.
 */
async function goEnvironment(go: string, folder: string): Promise<NodeJS.ProcessEnv> {
  const settings = (await tryRun(go, ["env", "GOENV"], { cwd: "/" })).stdout.trim();
  const temporary = join(folder, "tmp");
  mkdirSync(temporary, { recursive: true });
  const kept = Object.entries(process.env).filter(([name]) => !unwanted.includes(name));
  return {
    ...Object.fromEntries(kept),
    GOENV: settings === "" ? "off" : settings,
    GOMODCACHE: join(folder, "mod"),
    GOCACHE: join(folder, "build"),
    GOTMPDIR: temporary,
    GOPATH: join(folder, "path"),
    // Go keeps its telemetry's counters here.
    XDG_CONFIG_HOME: join(folder, "config"),
    GOFLAGS: "-modcacherw -mod=readonly",
    GOTOOLCHAIN: "local",
    GOWORK: "off",
    GO111MODULE: "on",
    GOOS: "linux",
    GOARCH: process.arch === "arm64" ? "arm64" : "amd64",
    CGO_ENABLED: "0",
    GOGC: hasMemoryToSpare() ? "off" : "100",
  };
}

/** Without garbage collection the compilers are a tenth faster; two at once took 7.4 GB at their peak. */
function hasMemoryToSpare(): boolean {
  const needed = 10 + Math.max(availableParallelism() - 2, 0);
  const kilobytes = /^MemAvailable:\s+(\d+)/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  return Number(kilobytes ?? 0) / 1024 ** 2 >= needed;
}
