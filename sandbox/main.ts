import { parseArgs } from "node:util";
import { messageOf, SandboxError } from "./errors.ts";
import { down, environment, status, up } from "./sandbox.ts";
import { formatStatus } from "./status.ts";

const usage = `Usage: npm run sandbox -- COMMAND

A real Pulumi engine and a real one-node Kubernetes cluster on this machine.

Commands:
  up            set up what is missing (the first time: about 10 minutes), start what does not run
  status        what runs, since when, and where it is (--json)
  env           variables for a shell: eval "$(npm run -s sandbox -- env)"
  down          stop it; what was built stays, the cluster's objects until the machine restarts
  down --all    stop it and remove all that it made
`;

const okCode = 0;
const failureCode = 1;
const usageCode = 2;

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h" }, all: { type: "boolean" }, json: { type: "boolean" } },
  });
  if (values.help === true) {
    process.stdout.write(usage);
    return okCode;
  }
  const [command, ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`Unexpected: ${rest.join(" ")}`);
  if (values.all === true && command !== "down") throw new UsageError("--all goes with down only.");
  if (values.json === true && command !== "status") throw new UsageError("--json goes with status only.");
  switch (command) {
    case "up": {
      const { seconds, kubeconfig, context } = await up();
      process.stdout.write(`seconds ${JSON.stringify(seconds)}\nkubeconfig ${kubeconfig}, context ${context}\n`);
      process.stdout.write('For a shell on it: eval "$(npm run -s sandbox -- env)"\n');
      return okCode;
    }
    case "status": {
      const now = await status();
      process.stdout.write(`${values.json === true ? JSON.stringify(now, null, 2) : formatStatus(now)}\n`);
      return now.running ? okCode : failureCode;
    }
    case "env": {
      const lines = Object.entries(environment()).map(([name, value]) => `export ${name}=${quote(value)}\n`);
      process.stdout.write(lines.join(""));
      return okCode;
    }
    case "down":
      await down(values.all === true, (line) => process.stderr.write(`${line}\n`));
      process.stdout.write(values.all === true ? "removed\n" : "stopped\n");
      return okCode;
    default:
      throw new UsageError(command === undefined ? "Which command?" : `Unknown command: ${command}`);
  }
}

class UsageError extends Error {}

function quote(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}

function isUsageError(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return error instanceof UsageError || code.startsWith("ERR_PARSE_ARGS");
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (isUsageError(error)) {
    process.stderr.write(`${messageOf(error)}\n\n${usage}`);
    process.exitCode = usageCode;
  } else {
    // A fault of the sandbox's own is worth its stack; what the user can act on is not.
    const text =
      error instanceof Error && !(error instanceof SandboxError) ? (error.stack ?? error.message) : messageOf(error);
    process.stderr.write(`${text}\n`);
    process.exitCode = failureCode;
  }
}
