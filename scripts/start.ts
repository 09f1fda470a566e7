// `npm start`: the whole tutorial as one `pulumi up`, on the sandbox or, with `--context NAME`, on a cluster of one's own.
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, styleText } from "node:util";
import { environment, up } from "../sandbox/sandbox.ts";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const usage = `usage: npm start [-- --context NAME]

Runs the tutorial as one \`pulumi up\`: an init container downloads data, nginx serves it, and the URL that is printed
answers with it.

  --context NAME  a context of your kubeconfig: deploys there, as stack "dev", with your own pulumi and its plugins.
                  Without it the sandbox is set up and used, never the cluster that your kubeconfig happens to name.`;

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { context, help } = parseOptions();
  if (help) {
    console.log(usage);
    return;
  }
  const stack = context === undefined ? "sandbox" : "dev";
  if (context === undefined) {
    await up();
    Object.assign(process.env, environment());
  } else {
    requirePulumi();
  }
  pulumi(["stack", "select", "--create", stack]);
  const settings = context === undefined ? [] : ["--config", `kubernetes:context=${context}`];
  pulumi(["up", "--yes", "--skip-preview", "--stack", stack, ...settings]);
  await show(stack, context === undefined);
}

function parseOptions(): { context?: string; help?: boolean } {
  try {
    const { values } = parseArgs({ options: { context: { type: "string" }, help: { type: "boolean", short: "h" } } });
    return values;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`, { cause: error });
  }
}

function requirePulumi(): void {
  if (spawnSync("pulumi", ["version"]).error === undefined) return;
  throw new Error("No `pulumi` on the PATH. Install it: https://www.pulumi.com/docs/install/");
}

function pulumi(args: string[]): void {
  // At a terminal Pulumi shows a table that it keeps up to date; it asks nothing, as each command says --yes.
  const { status, error } = spawnSync("pulumi", args, { cwd: root, stdio: "inherit" });
  if (error !== undefined) throw new Error(`Can't run pulumi: ${error.message}`);
  if (status !== 0) throw new Error(`\`pulumi ${args.join(" ")}\` failed with exit code ${status ?? "none"}.`);
}

/** The page that the URL gives, and what to do next. */
async function show(stack: string, sandbox: boolean): Promise<void> {
  const { stdout } = spawnSync("pulumi", ["stack", "output", "url", "--stack", stack], { cwd: root, encoding: "utf8" });
  const url = stdout.trim();
  const page = await (await fetch(url)).text();
  const shell = sandbox ? `eval "$(npm run -s sandbox -- env)"   # a shell with pulumi, kubectl and init-pod\n  ` : "";
  console.log(`
${styleText("bold", url)} answers:

  ${page.trim().replaceAll("\n", "\n  ")}

Next:
  curl ${url}
  ${shell}pulumi preview --stack ${stack}
  pulumi stack output initLogs --stack ${stack}
  npx init-pod status
  pulumi destroy --stack ${stack}${sandbox ? "\n  npm run sandbox -- down" : ""}`);
}
