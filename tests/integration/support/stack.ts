import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Finished, mustRun, run, type RunOptions } from "./run.ts";

export const repo = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

export interface StackOptions {
  /** Configuration of the stack, with full keys. */
  config?: Record<string, string>;
  /** Variables set for every command of the stack; `undefined` removes one. */
  env?: Record<string, string | undefined>;
  namespace?: string;
  projectName?: string;
  /** As Pulumi.yaml has it. Default: `plainNode`. */
  runtime?: string | typeof plainNode;
}

/** Without TypeScript, which takes each program a fifth of a second to load. */
export const plainNode = { name: "nodejs", options: { typescript: false } };

/** A Pulumi project with one stack, in a folder, a backend and a state folder of its own. */
export class TestStack {
  readonly folder = mkdtempSync(join(tmpdir(), "init-pod-stack-"));
  readonly project = join(this.folder, "project");
  readonly stateHome = join(this.folder, "state");
  readonly env: NodeJS.ProcessEnv;
  readonly namespace: string;

  private constructor(namespace: string, env: Record<string, string | undefined>) {
    this.namespace = namespace;
    const backend = join(this.folder, "backend");
    for (const folder of [this.project, this.stateHome, backend]) mkdirSync(folder);
    this.env = {
      ...process.env,
      // The tests stand for a person at a terminal: those of CI set it themselves.
      CI: undefined,
      PULUMI_CI_SYSTEM: undefined,
      XDG_STATE_HOME: this.stateHome,
      PULUMI_BACKEND_URL: `file://${backend}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      ...env,
    };
  }

  /** A stack that runs `program`, the text of a JavaScript program. Its namespace is made. */
  static async create(program: string, options: StackOptions = {}): Promise<TestStack> {
    const namespace = options.namespace ?? `test-${Math.random().toString(36).slice(2, 8)}`;
    const stack = new TestStack(namespace, options.env ?? {});
    writeFileSync(
      join(stack.project, "Pulumi.yaml"),
      JSON.stringify({
        name: options.projectName ?? "test",
        runtime: options.runtime ?? plainNode,
        main: "index.js",
      }),
    );
    writeFileSync(join(stack.project, "package.json"), `{"private": true, "dependencies": {"init-pod": "*"}}`);
    symlinkSync(join(repo, "node_modules"), join(stack.project, "node_modules"));
    stack.write(program);
    // As `pulumi config set` writes it, which takes half a second for each.
    const config = { "kubernetes:namespace": namespace, ...options.config };
    writeFileSync(join(stack.project, "Pulumi.test.yaml"), JSON.stringify({ config }));
    await Promise.all([kubectl(["create", "namespace", namespace]), stack.pulumi(["stack", "init", "test"])]);
    return stack;
  }

  write(program: string): void {
    writeFileSync(join(this.project, "index.js"), program);
  }

  async configure(key: string, value: string, ...flags: string[]): Promise<void> {
    await this.pulumi(["config", "set", ...flags, "--", key, value]);
  }

  /** Runs a pulumi command that must succeed. */
  async pulumi(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return await mustRun("pulumi", ["--non-interactive", ...args], this.#options(options));
  }

  /** Runs a pulumi command, whatever comes of it. */
  async try(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return await run("pulumi", ["--non-interactive", ...args], this.#options(options));
  }

  async up(options: RunOptions = {}): Promise<Finished> {
    return await this.pulumi(["up", "--yes", "--skip-preview"], options);
  }

  async tryUp(options: RunOptions = {}): Promise<Finished> {
    return await this.try(["up", "--yes", "--skip-preview"], options);
  }

  /** What a preview would do: the number of resources by operation. */
  async previewed(...flags: string[]): Promise<Record<string, number>> {
    const { stdout } = await this.pulumi(["preview", "--json", ...flags]);
    return (JSON.parse(stdout) as { changeSummary: Record<string, number> }).changeSummary;
  }

  async outputs(): Promise<Record<string, unknown>> {
    const { stdout } = await this.pulumi(["stack", "output", "--json", "--show-secrets"]);
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  async output(name: string): Promise<string> {
    return String((await this.outputs())[name]);
  }

  async destroy(): Promise<Finished> {
    return await this.pulumi(["destroy", "--yes", "--skip-preview"]);
  }

  /** Deletes all that the stack made in its namespace and on this machine, sooner than `destroy` would. */
  async remove(): Promise<void> {
    await run(process.execPath, [join(repo, "components/dist/cli/main.js"), "stop"], { env: this.env });
    await run("kubectl", ["delete", "pods", "--all", "--force", "-n", this.namespace]);
    await run("kubectl", ["delete", "namespace", this.namespace, "--wait=false"]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #options(options: RunOptions): RunOptions {
    return { cwd: this.project, ...options, env: { ...this.env, ...options.env } };
  }
}

export async function kubectl(args: readonly string[], options: RunOptions = {}): Promise<string> {
  return (await mustRun("kubectl", args, options)).stdout;
}

/** Objects of a kind in a namespace, as the API shows them. */
export async function objects<T>(kind: string, namespace: string): Promise<T[]> {
  const list = JSON.parse(await kubectl(["get", kind, "-n", namespace, "-o", "json"])) as { items: T[] };
  return list.items;
}

/** What pulumi sums up at the end of its output; above it are the same lines as they came. */
export function diagnostics(output: string): string {
  return output.split("Diagnostics:\n")[1] ?? "";
}
