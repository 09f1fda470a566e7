// The way into every command of this repo. It runs before anything is installed and on Node.js 20, so it is plain
// JavaScript without dependencies; it brings a newer Node.js where needed, installs, builds, and hands over.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** The package's own floor, from which Node.js also runs TypeScript as it is. */
const floor = [22, 19];
const broughtMajor = 24;

const programs = {
  start: "scripts/start.ts",
  test: "scripts/test.ts",
  bench: "bench/main.ts",
  pictures: "pictures/main.ts",
  sandbox: "sandbox/main.ts",
  sdks: "sandbox/languages/main.ts",
};

const [verb = "", ...args] = process.argv.slice(2);
const program = programs[verb];
if (program === undefined) fail(`usage: node scripts/enter.mjs ${Object.keys(programs).join("|")} [arguments]`);

const node = isRecent(process.versions.node) ? process.execPath : bringNode();
process.env.PATH = dirname(node) + delimiter + (process.env.PATH ?? "");
install();
if (verb !== "sandbox" && verb !== "sdks") build();
const { status, signal } = spawnSync(node, [join(root, program), ...args], { stdio: "inherit" });
if (signal !== null) process.kill(process.pid, signal);
process.exitCode = status ?? 1;

function isRecent(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > floor[0] || (major === floor[0] && minor >= floor[1]);
}

/** A Node.js from npm, kept in the user's cache; the one on the PATH stays as it is. */
function bringNode() {
  const folder = join(cacheFolder(), `node-${broughtMajor}`);
  const executable = join(folder, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(executable)) return executable;
  say(`Node.js ${process.versions.node} is older than ${floor.join(".")}: getting Node.js ${broughtMajor} from npm …`);
  mkdirSync(cacheFolder(), { recursive: true });
  const incoming = mkdtempSync(folder + "-");
  try {
    writeFileSync(join(incoming, "package.json"), "{}");
    run(
      "npm",
      ["install", "--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts=false", `node@${broughtMajor}`],
      incoming,
    );
    rmSync(folder, { recursive: true, force: true });
    renameSync(incoming, folder);
  } finally {
    rmSync(incoming, { recursive: true, force: true });
  }
  const version = execFileSync(executable, ["--version"], { encoding: "utf8" }).trim();
  if (!isRecent(version.slice(1))) {
    rmSync(folder, { recursive: true, force: true });
    fail(`npm brought Node.js ${version}. Install Node.js ${floor.join(".")} or newer, and put it first on the PATH.`);
  }
  return executable;
}

/** Dependencies as the lock file says, unless they are there. Without install scripts: one would fetch a plugin. */
function install() {
  const mark = join(root, "node_modules", ".installed-lock");
  const lock = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(mark) && readFileSync(mark, "utf8") === lock) return;
  say("Installing the npm dependencies …");
  run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], root);
  writeFileSync(mark, lock);
}

function build() {
  run("npm", ["run", "--silent", "build"], root);
}

function run(command, args, cwd) {
  // Everything that this script says goes to standard error: standard output belongs to the command that was asked for.
  const { status, error } = spawnSync(command, args, {
    cwd,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (error !== undefined) fail(`can't run ${command}: ${error.message}`);
  if (status !== 0) fail(`\`${command} ${args.join(" ")}\` failed with exit code ${status}.`);
}

function cacheFolder() {
  const { XDG_CACHE_HOME } = process.env;
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "init-pod");
}

function say(line) {
  process.stderr.write(line + "\n");
}

function fail(line) {
  say(line);
  process.exit(1);
}
