import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureHost, type Language } from "../../../../sandbox/languages/hosts.ts";
import { generateSdks } from "../../../../sandbox/languages/sdks.ts";
import { paths } from "../../../../sandbox/paths.ts";
import { requireGo } from "../../../../sandbox/preconditions.ts";
import { sdkVersion } from "../../../../sandbox/providers/version.ts";
import { mustRun } from "../run.ts";
import { repo } from "../stack.ts";

/** What a program in another language needs to run. */
export interface Toolchain {
  language: Language;
  /** As Pulumi.yaml has it. */
  runtime: object | string;
  /** For each command of a stack. */
  env: Record<string, string>;
  /** Puts the files of a program, and the SDK, into a project. */
  fill(project: string, program?: string): void;
}

/** Programs that are there for the tests. */
const programs = join(repo, "tests/fixtures/languages");
const slowSeconds = 900;
const report = (line: string): void => console.error(line);

/** Python with Pulumi's packages, and with ours as `pip install` of its SDK leaves it. */
export async function python(folder: string): Promise<Toolchain> {
  await ensureHost(paths(), "python", report);
  await generateSdks(paths(), folder, report);
  const venv = join(folder, "venv");
  await mustRun("python3", ["-m", "venv", venv]);
  const packages = [...pythonPackages, join(folder, "python")];
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages];
  await mustRun(join(venv, "bin/python"), pip, { timeoutSeconds: slowSeconds });
  return {
    language: "python",
    runtime: { name: "python", options: { virtualenv: venv } },
    // Hosts as old as the sandbox's don't know the option.
    env: { PULUMI_PYTHON_CMD: join(venv, "bin/python") },
    fill: (project, program = join(programs, "python")) => cpSync(program, project, { recursive: true }),
  };
}

const pythonPackages = ["pulumi==3.272.0", `pulumi_kubernetes==${sdkVersion("kubernetes")}`];

/** Go, whose compiled packages stay with the sandbox: the first time they take minutes. */
export async function go(folder: string): Promise<Toolchain> {
  await ensureHost(paths(), "go", report);
  await generateSdks(paths(), folder, report);
  const program = await requireGo();
  const { languages } = paths();
  const caches = { GOMODCACHE: join(languages, "go-programs/mod"), GOCACHE: join(languages, "go-programs/build") };
  const env = { ...caches, GOFLAGS: "-modcacherw", GOTOOLCHAIN: "local", GOWORK: "off" };
  const fill = (project: string, source = join(programs, "go")): void => {
    cpSync(source, project, { recursive: true });
    for (const name of ["go.mod", "go.sum"]) cpSync(join(programs, "go", name), join(project, name));
    // As `pulumi package add` leaves it: a module of its own, and a `replace` in go.mod.
    cpSync(join(folder, "go"), join(project, "sdk"), { recursive: true });
    writeFileSync(join(project, "sdk/go.mod"), sdkModule);
  };
  const trial = join(folder, "trial");
  mkdirSync(trial);
  fill(trial);
  const all = { ...process.env, ...env };
  await mustRun(program, ["build", "-o", "trial", "."], { cwd: trial, env: all, timeoutSeconds: slowSeconds });
  return { language: "go", runtime: "go", env, fill };
}

const sdkModule = `module github.com/init-pod/init-pod/sdk/go/initpod

go 1.26

require (
	github.com/blang/semver v3.5.1+incompatible
	github.com/pulumi/pulumi/sdk/v3 v3.259.0
)
`;

/** YAML, which needs no SDK: the engine asks the plugin for its schema. */
export async function yaml(): Promise<Toolchain> {
  await ensureHost(paths(), "yaml", report);
  return {
    language: "yaml",
    runtime: "yaml",
    env: {},
    fill: (project, program = join(programs, "yaml")) => cpSync(program, project, { recursive: true }),
  };
}
