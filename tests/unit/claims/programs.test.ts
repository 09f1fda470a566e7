import { globSync } from "node:fs";
import { basename, join } from "node:path";
import ts from "typescript";
import { beforeAll, describe, expect, test } from "vitest";
import { blocksOf } from "./blocks";
import { repo } from "./sentences";

const target = ts.ScriptTarget.ES2023;
const options: ts.CompilerOptions = {
  target,
  module: ts.ModuleKind.Preserve,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: ["node"],
};

/** What the compiler has against each of these programs, as if they were files of this folder. */
function errorsOf(programs: Record<string, string>): Record<string, string[]> {
  const pathOf = (name: string): string => join(import.meta.dirname, `${name}.ts`);
  const texts = new Map(Object.entries(programs).map(([name, text]) => [pathOf(name), text]));
  const host = ts.createCompilerHost(options);
  const own: ts.CompilerHost = {
    ...host,
    fileExists: (path) => texts.has(path) || host.fileExists(path),
    getSourceFile: (path, ...more) => {
      const text = texts.get(path);
      return text === undefined ? host.getSourceFile(path, ...more) : ts.createSourceFile(path, text, target);
    },
    getCurrentDirectory: () => repo,
  };
  const program = ts.createProgram([...texts.keys()], options, own);
  const errors = (name: string): string[] =>
    [
      ...program.getSyntacticDiagnostics(program.getSourceFile(pathOf(name))),
      ...program.getSemanticDiagnostics(program.getSourceFile(pathOf(name))),
    ].map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  return Object.fromEntries(Object.keys(programs).map((name) => [name, errors(name)]));
}

describe("the TypeScript that a page shows", () => {
  const inReadme = blocksOf("README.md", "ts");
  const ofSteps = Object.fromEntries(
    globSync(["docs/steps/*.md", "docs/secrets.md", "docs/coming-from-yaml.md"], { cwd: repo }).map((path) => [
      path,
      blocksOf(path, "ts").join("\n"),
    ]),
  );
  const shapes = blocksOf("docs/command.md", "ts");
  let errors: Record<string, string[]>;

  // Together: most of the time goes into the types of Kubernetes.
  beforeAll(() => {
    const [whole = "", part = ""] = inReadme;
    const verbs = "../../../components/cli/verbs";
    const printed = `${shapes.join("\n")}
import type * as status from "${verbs}/status";
import type * as logs from "../../../components/cli/logs/entry";
import type * as forward from "${verbs}/forward";
import type * as stop from "${verbs}/stop";
import type * as preview from "../../../components/cli/preview";
type Printed = [
  status.Status,
  logs.LogEntry,
  { context: string; server: string; forwards: forward.ForwardOutcome[] },
  { stopped: stop.Stopped[] },
  preview.PreviewSummary,
];
type Documented = [Status, LogEntry, Forwarded, Stopped, PreviewSummary];
export const documented = (printed: Printed): Documented => printed;
export const printed = (documented: Documented): Printed => documented;
`;
    errors = errorsOf({
      whole,
      part: `import { InitPod, type InitPodArgs } from "init-pod";\ndeclare const args: InitPodArgs;\n${part}`,
      ...Object.fromEntries(Object.entries(ofSteps).map(([path, text]) => [basename(path), text])),
      printed,
      misspelt: whole.replace("port: 8080", "prot: 8080"),
      incomplete: printed.replace('"answers" | ', ""),
    });
  }, 300_000);

  test("is a program without an error, in README", () => {
    expect(inReadme).toHaveLength(2);
    expect(errors).toMatchObject({ whole: [], part: [] });
    expect(errors.misspelt?.join()).toContain("prot");
  });

  test.each(Object.keys(ofSteps))("is a program without an error, in %s", (path) => {
    expect(ofSteps[path]).toContain("new InitPod(");
    expect(errors[basename(path)]).toEqual([]);
  });

  test("is what the command prints with --json, in docs/command.md", () => {
    expect(shapes).toHaveLength(5);
    expect(errors).toMatchObject({ printed: [] });
    expect(errors.incomplete?.join()).toContain("answers");
  });
});
