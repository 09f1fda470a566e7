import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "js-yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requireGo } from "../../sandbox/preconditions.ts";
import { type Finished, mustRun, run } from "./support/run.ts";
import { repo } from "./support/stack.ts";

interface Step {
  id?: string;
  if?: string;
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
  "continue-on-error"?: boolean;
}

interface Workflow {
  on: unknown;
  permissions: Record<string, string>;
  env?: Record<string, string>;
  jobs: Record<string, { steps: Step[]; permissions?: Record<string, string>; if?: string; needs?: string }>;
}

const folder = join(repo, ".github/workflows");
const workflows = new Map(
  readdirSync(folder).map((file) => [file, load(readFileSync(join(folder, file), "utf8")) as Workflow]),
);
const stepsOf = ({ jobs }: Workflow): Step[] => Object.values(jobs).flatMap(({ steps }) => steps);
const workflowOf = (file: string): Workflow => workflows.get(file) ?? { on: {}, permissions: {}, jobs: {} };

const docs = readFileSync(join(repo, "docs/pull-requests.md"), "utf8");
const documented = /```yaml\n([^]*?)```/.exec(docs)?.[1] ?? "";

describe("the workflows", () => {
  test("are what actionlint takes, and so is the documented one", async () => {
    const own = mkdtempSync(join(tmpdir(), "init-pod-workflow-"));
    writeFileSync(join(own, "documented.yml"), documented);
    const files = [...readdirSync(folder).map((file) => join(folder, file)), join(own, "documented.yml")];
    const words = ["-C", join(repo, "sandbox/actionlint"), "tool", "actionlint", "-shellcheck=", "-pyflakes="];
    const { code, output } = await run(await requireGo(), [...words, ...files]);
    rmSync(own, { recursive: true });
    expect(code, output).toBe(0);
  });

  test("pin each action to a commit, and name its version", () => {
    const texts = [...readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8")), documented];
    const uses = texts.flatMap((text) => text.match(/uses: .*/g) ?? []);
    expect(uses.length).toBeGreaterThan(10);
    expect(uses.filter((line) => !/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+/.test(line))).toEqual([]);
    expect(new Set(uses.map((line) => line.replace(/;.*/, ""))).size).toBe(
      new Set(uses.map((line) => line.split("@")[0])).size,
    );
  });

  test("put nothing that others write into a script", () => {
    const scripts = [...workflows.values()].flatMap(stepsOf).flatMap(({ run: script }) => script ?? []);
    expect(scripts.length).toBeGreaterThan(10);
    expect(scripts.filter((script) => script.includes("${{"))).toEqual([]);
  });

  test("have no right that they don't need, and run no fork's code with secrets", () => {
    for (const workflow of workflows.values()) {
      expect(workflow.permissions).toEqual({ contents: "read" });
      expect(JSON.stringify(workflow.on)).not.toMatch(/pull_request_target|workflow_run/);
    }
    const { preview } = workflowOf("preview.yml").jobs;
    expect(preview?.permissions).toEqual({ contents: "read", "pull-requests": "write" });
    expect(preview?.if).toBe("github.event.pull_request.head.repo.full_name == github.repository");
    expect(JSON.stringify(workflowOf("ci.yml"))).not.toContain("secrets.");
  });

  test("run the documented test command, and publish nothing before it has passed", () => {
    expect(stepsOf(workflowOf("ci.yml")).at(-1)?.run).toMatch(/ npm test$/);
    const { test: tests, npm, plugin } = workflowOf("release.yml").jobs;
    expect(tests?.steps.at(-1)?.run).toMatch(/ npm test$/);
    expect([npm?.needs, plugin?.needs]).toEqual(["test", "npm"]);
    expect(npm?.permissions).toEqual({ contents: "read", "id-token": "write" });
    expect(npm?.steps.at(-1)?.run).toContain("--provenance");
    expect(plugin?.permissions).toEqual({ contents: "write" });
    expect(plugin?.steps.map(({ run: script }) => script).join("\n")).toMatch(
      /pluginArchives[^]*sha256sum[^]*gh release create/,
    );
  });
});

/** A runner with a clone of this repository, whose steps are run as GitHub would. */
class Runner {
  readonly #own = mkdtempSync(join(tmpdir(), "init-pod-runner-"));
  readonly clone = join(this.#own, "clone");
  readonly temp = join(this.#own, "temp");
  readonly env: NodeJS.ProcessEnv;
  readonly #outcomes = new Map<string, "success" | "failure">();
  readonly #values: Record<string, string>;

  constructor() {
    const backend = `file://${join(this.#own, "backend")}`;
    for (const folder of [this.clone, this.temp, join(this.#own, "backend")]) mkdirSync(folder);
    this.#values = {
      "secrets.PULUMI_ACCESS_TOKEN": "",
      "secrets.PULUMI_CONFIG_PASSPHRASE": "test",
      "secrets.KUBECONFIG": readFileSync(process.env.KUBECONFIG ?? "", "utf8"),
      "vars.PULUMI_BACKEND_URL": backend,
      "runner.temp": this.temp,
    };
    this.env = {
      ...process.env,
      KUBECONFIG: undefined,
      CI: "true",
      RUNNER_TEMP: this.temp,
      GITHUB_STEP_SUMMARY: join(this.temp, "summary.md"),
    };
  }

  /** Puts this repository's files there, as checkout does. */
  async checkOut(): Promise<void> {
    const { stdout } = await mustRun("git", ["ls-files", "-z"], { cwd: repo });
    for (const file of stdout.split("\0").filter((name) => name !== "" && existsSync(join(repo, name)))) {
      cpSync(join(repo, file), join(this.clone, file));
    }
  }

  async step(step: Step, workflow: Workflow): Promise<Finished | undefined> {
    if (step.run === undefined || !this.#isMeant(step.if)) return undefined;
    const env = { ...this.env, ...this.#filled(workflow.env), ...this.#filled(step.env) };
    const words = ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run];
    const finished = await run("bash", words, { cwd: this.clone, env, timeoutSeconds: 150 });
    if (step.id !== undefined) this.#outcomes.set(step.id, finished.code === 0 ? "success" : "failure");
    return finished;
  }

  read(file: string): string {
    return readFileSync(join(this.temp, file), "utf8");
  }

  #isMeant(condition: string | undefined): boolean {
    if (condition === undefined) return true;
    const [, id = "", outcome] = /^steps\.(\w+)\.outcome == '(\w+)'$/.exec(condition) ?? [];
    if (outcome === undefined) throw new Error(`Nobody knows here what this means: ${condition}`);
    return this.#outcomes.get(id) === outcome;
  }

  #filled(texts: Record<string, string> = {}): Record<string, string> {
    const filled = (text: string): string =>
      text.replace(/\$\{\{ *(.*?) *\}\}/g, (_, name: string) => {
        const value = this.#values[name];
        if (value === undefined) throw new Error(`Nobody knows here what this is: ${name}`);
        return value;
      });
    return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, filled(text)]));
  }

  remove(): void {
    rmSync(this.#own, { recursive: true, force: true });
  }
}

describe("the preview workflow's own steps", () => {
  const workflow = workflowOf("preview.yml");
  const steps = workflow.jobs.preview?.steps ?? [];
  const runner = new Runner();
  const secret = { PULUMI_CONFIG_PASSPHRASE: "test" };

  /** All of them, from one on; those that use an action are left out. */
  async function runFrom(script: RegExp): Promise<(Finished | undefined)[]> {
    const start = steps.findIndex(({ run: text = "" }) => script.test(text));
    const all: (Finished | undefined)[] = [];
    for (const step of steps.slice(start)) {
      const finished = await runner.step(step, workflow);
      all.push(finished);
      if (finished !== undefined && finished.code !== 0 && step["continue-on-error"] !== true) break;
    }
    return all;
  }

  beforeAll(async () => {
    await runner.checkOut();
    const backend = `file://${join(runner.clone, "../backend")}`;
    symlinkSync(join(repo, "node_modules"), join(runner.clone, "node_modules"));
    await mustRun("pulumi", ["stack", "init", "dev"], {
      cwd: runner.clone,
      env: { ...process.env, ...secret, PULUMI_BACKEND_URL: backend },
    });
    rmSync(join(runner.clone, "node_modules"));
  });
  afterAll(() => {
    runner.remove();
  });

  test("make the comment that its last action posts", async () => {
    const finished = await runFrom(/^npm ci$/);
    for (const step of finished) expect(step?.code ?? 0, step?.output).toBe(0);
    const comment = runner.read("comment.md");
    expect(comment).toMatch(/^<!-- init-pod preview-comment init-pod-tutorial\/dev -->\n/);
    expect(comment).toMatch(/^\| `web` \| new \| .* \| `download-config` \| none \|$/m);
    expect(runner.read("summary.md")).toBe(comment);
    const post = steps.find(({ uses = "" }) => uses.startsWith("marocchino/sticky-pull-request-comment@"));
    expect(post?.with?.path).toBe("${{ runner.temp }}/comment.md");
  });

  test("make one of a preview that fails, and fail after that", async () => {
    const program = join(runner.clone, "index.ts");
    writeFileSync(program, readFileSync(program, "utf8").replace('config.requireNumber("port")', "70_000"));
    const finished = await runFrom(/pulumi preview/);
    expect(runner.read("comment.md")).toMatch(
      / failed\n\n```text\nInitPod "web": 1 problem[^]*container\.port = 70000/,
    );
    expect(finished.at(-1)?.code).toBe(1);
    expect(finished).toHaveLength(steps.length - steps.findIndex(({ id }) => id === "preview"));
  });
});
