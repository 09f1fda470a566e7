import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { paths } from "../../../sandbox/paths.ts";
import { type Finished, run } from "./run.ts";

/** What only tests or a shell on the sandbox have, and what says that nobody sits here. */
const notOfAUser = /^(KUBECONFIG|CI|NODE_ENV|NODE_OPTIONS|(PULUMI|VITEST|npm)_.*)$/;

/** A user's terminal, on which nothing of the sandbox is set: what one line sets there is set for the next. */
export class Terminal {
  #env: NodeJS.ProcessEnv;
  readonly #folder: string;

  constructor(folder: string, env: Record<string, string>) {
    this.#folder = folder;
    const kept = Object.entries(process.env).filter(([name]) => !notOfAUser.test(name));
    // The last stands for the person who says yes: `pulumi` asks at a real terminal only.
    this.#env = { ...Object.fromEntries(kept), PATH: userPath(), ...env, PULUMI_SKIP_CONFIRMATIONS: "true" };
  }

  async run(line: string, timeoutSeconds?: number): Promise<Finished> {
    const folder = mkdtempSync(join(tmpdir(), "init-pod-terminal-"));
    try {
      const after = join(folder, "environment");
      const script = `${line}\ncode=$?\nenv -0 > '${after}'\nexit $code`;
      const finished = await run("sh", ["-c", script], { cwd: this.#folder, env: this.#env, timeoutSeconds });
      if (finished.code !== null) this.#env = parsed(readFileSync(after, "utf8"));
      return finished;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** Without what `npm test` put on it: the commands of the sandbox and of this repo, and the Node.js that it brought. */
function userPath(): string {
  const { cache } = paths();
  const folders = (process.env.PATH ?? "").split(":");
  return folders.filter((folder) => !folder.startsWith(cache) && !folder.endsWith("node_modules/.bin")).join(":");
}

function parsed(environment: string): NodeJS.ProcessEnv {
  const entries = environment.split("\0").filter(Boolean);
  return Object.fromEntries(entries.map((entry) => entry.split(/=(.*)/s) as [string, string]));
}
