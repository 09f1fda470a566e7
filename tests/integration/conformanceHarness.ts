import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { environment } from "../../sandbox/sandbox.ts";
import { plainNode } from "./support/stack.ts";

const repository = resolve(import.meta.dirname, "../..");
const fixtures = join(repository, "tests/fixtures/conformance");
const commandTimeoutMs = 120_000;

export interface Result {
  code: number;
  stdout: string;
  /** stdout and stderr. */
  text: string;
  seconds: number;
}

interface EngineEvent {
  resourcePreEvent?: { metadata: { op: string; urn: string; detailedDiff?: Record<string, unknown> | null } };
  resOpFailedEvent?: { metadata: { op: string; urn: string } };
  diagnosticEvent?: { urn?: string; message: string; severity: string; ephemeral?: boolean };
  summaryEvent?: { resourceChanges: Record<string, number> };
}

/** What the engine did in one command, by its own event log. */
export class Run {
  readonly result: Result;
  readonly #events: EngineEvent[];

  constructor(result: Result, events: EngineEvent[]) {
    this.result = result;
    this.#events = events;
  }

  get code(): number {
    return this.result.code;
  }

  get text(): string {
    return this.result.text;
  }

  /** The operations on a resource, in order: `create-replacement`, `replace`, `delete-replaced`; none for `same`. */
  ops(name: string): string[] {
    return this.#events
      .map(({ resourcePreEvent }) => resourcePreEvent?.metadata)
      .filter((metadata) => metadata?.urn.endsWith(`::${name}`))
      .map((metadata) => metadata?.op ?? "")
      .filter((op) => op !== "same");
  }

  /** The properties that a resource changes by. */
  diffs(name: string): string[] {
    const found = this.#events
      .map(({ resourcePreEvent }) => resourcePreEvent?.metadata)
      .filter((metadata) => metadata?.urn.endsWith(`::${name}`));
    return [...new Set(found.flatMap((metadata) => Object.keys(metadata?.detailedDiff ?? {})))];
  }

  /** Messages beside a resource; status lines too. */
  says(name: string): { severity: string; message: string }[] {
    return this.#events
      .map(({ diagnosticEvent }) => diagnosticEvent)
      .filter((event) => event !== undefined)
      .filter((event) => event.urn?.endsWith(`::${name}`))
      .map(({ severity, message }) => ({ severity, message: message.replaceAll(/<\{%.*?%\}>/g, "").trim() }));
  }

  warnings(name: string): string[] {
    return this.says(name)
      .filter(({ severity }) => severity === "warning")
      .map(({ message }) => message);
  }

  get changes(): Record<string, number> {
    const summary = this.#events.find(({ summaryEvent }) => summaryEvent !== undefined)?.summaryEvent;
    return summary?.resourceChanges ?? {};
  }

  /** How long the engine says that the last operation on a resource took. */
  secondsOf(name: string): number | undefined {
    const lines = [...this.text.matchAll(new RegExp(` ${name} [a-z ]+ \\(([\\d.]+)s\\)`, "g"))];
    const last = lines.at(-1)?.[1];
    return last === undefined ? undefined : Number(last);
  }
}

function run(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Result> {
  const started = performance.now();
  return new Promise((done) => {
    const options = { cwd, env, timeout: commandTimeoutMs, maxBuffer: 64 * 1024 * 1024 };
    execFile(command, args, options, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === "number" ? error.code : -1) : 0;
      done({ code, stdout, text: `${stdout}\n${stderr}`, seconds: (performance.now() - started) / 1000 });
    });
  });
}

/** A stack of its own, in a namespace of its own, with a backend of its own. */
export class Workspace {
  readonly folder: string;
  readonly namespace: string;
  readonly env: NodeJS.ProcessEnv;

  constructor(folder: string, namespace: string) {
    this.folder = folder;
    this.namespace = namespace;
    const backend = `file://${join(folder, "backend")}`;
    this.env = { ...process.env, ...environment(), PULUMI_BACKEND_URL: backend, NAMESPACE: namespace };
  }

  kubectl(...args: string[]): Promise<Result> {
    return run("kubectl", ["--namespace", this.namespace, ...args], this.folder, this.env);
  }

  async json(...args: string[]): Promise<unknown> {
    const result = await this.kubectl(...args, "-o", "json");
    if (result.code !== 0) throw new Error(result.text);
    return JSON.parse(result.stdout) as unknown;
  }

  async pulumi(command: string, variables: Record<string, string> = {}, ...args: string[]): Promise<Run> {
    const log = join(this.folder, "events.jsonl");
    await rm(log, { force: true });
    const flags = command === "preview" ? [] : ["--yes", "--skip-preview"];
    const common = ["--non-interactive", "--color=never", "--stack=test", "--event-log", log];
    // The event log is one of the engine's own debugging means, and hidden without this.
    const env = { ...this.env, PULUMI_DEBUG_COMMANDS: "true", ...variables };
    const result = await run("pulumi", [command, ...common, ...flags, ...args], this.folder, env);
    const lines = (await readFile(log, "utf8").catch(() => "")).split("\n").filter((line) => line !== "");
    return new Run(
      result,
      lines.map((line) => JSON.parse(line) as EngineEvent),
    );
  }

  /** What the state knows: name of the resource → its init errors. */
  async initErrors(): Promise<Record<string, string[]>> {
    const exported = await run("pulumi", ["stack", "export", "--stack=test"], this.folder, this.env);
    const { deployment } = JSON.parse(exported.stdout) as {
      deployment: { resources: { urn: string; initErrors?: string[] }[] };
    };
    const failed = deployment.resources.filter(({ initErrors }) => initErrors && initErrors.length > 0);
    return Object.fromEntries(failed.map(({ urn, initErrors }) => [urn.split("::").at(-1) ?? "", initErrors ?? []]));
  }

  async remove(): Promise<void> {
    await this.kubectl("delete", "namespace", this.namespace, "--wait=false");
    await rm(this.folder, { recursive: true, force: true });
  }
}

export async function workspace(program: string): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), "init-pod-conformance-"));
  const made = new Workspace(folder, `conformance-${folder.slice(-6).toLowerCase()}`);
  try {
    await copyFile(join(fixtures, program), join(folder, "index.mjs"));
    await symlink(join(repository, "node_modules"), join(folder, "node_modules"));
    await writeFile(
      join(folder, "Pulumi.yaml"),
      JSON.stringify({ name: "conformance", runtime: plainNode, main: "index.mjs" }),
    );
    await writeFile(join(folder, "package.json"), '{ "name": "conformance", "private": true, "type": "module" }\n');
    await mkdir(join(folder, "backend"));
    const created = await made.kubectl("create", "namespace", made.namespace);
    if (created.code !== 0) throw new Error(created.text);
    const init = await run("pulumi", ["stack", "init", "test", "--non-interactive"], folder, made.env);
    if (init.code !== 0) throw new Error(init.text);
    return made;
  } catch (error) {
    await made.remove();
    throw error;
  }
}

export async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, "utf8")) as unknown;
}
