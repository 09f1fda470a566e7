import { createHash } from "node:crypto";
import { globSync, mkdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { run, tryRun } from "./run.ts";

/** A Go module of the sandbox, whose programs are built as its go.mod and go.sum say. */
export interface GoModule {
  folder: string;
  linkerFlags: string;
  /** What `go build` is asked for. */
  targets: string[];
}

/** Debug information is never read here; leaving it out saves a tenth of the compile time. */
function buildFlags({ linkerFlags }: GoModule): string[] {
  return ["-gcflags=all=-dwarf=false", "-ldflags", linkerFlags];
}

/** Changes with all that changes what is built. */
export function moduleKey(module: GoModule, more: unknown = null): string {
  const { folder, targets } = module;
  const hash = createHash("sha256").update(JSON.stringify([buildFlags(module), targets, more, process.arch]));
  for (const name of globSync(["go.mod", "go.sum", "*.go", "cmd/**/*.go"], { cwd: folder }).sort()) {
    hash.update(name).update(readFileSync(join(folder, name)));
  }
  return hash.digest("hex").slice(0, 16);
}

/** Builds the programs of a module into a folder. */
export async function buildModule(
  go: string,
  module: GoModule,
  output: string,
  env: NodeJS.ProcessEnv,
  onPackage: () => void = () => undefined,
): Promise<void> {
  const isPackage = (line: string): boolean => /^[\w.~-]+(\/[\w.~-]+)*$/.test(line);
  await run(go, ["build", "-v", "-o", `${output}/`, ...buildFlags(module), ...module.targets], {
    cwd: module.folder,
    env,
    onLine: (line) => {
      if (isPackage(line)) onPackage();
    },
  });
}

const unwanted = ["GOEXPERIMENT", "GODEBUG", "GOROOT", "GOAMD64", "GOARM64", "GOBIN", "GOFIPS140"];

/**
 * The user's own settings for where modules come from (GOPROXY and so on) hold; whatever else would change what is built
 * or where it is written does not.
 */
export async function goEnvironment(go: string, folder: string): Promise<NodeJS.ProcessEnv> {
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
