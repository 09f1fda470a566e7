import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { dist } from "./builtPackage";

// In files of their own that are never written, beside the tests, so that they find the package as its users do.
const folder = join(import.meta.dirname, "typed");
const before = `
import type { core } from "@pulumi/kubernetes/types/input.js";
import * as pulumi from "@pulumi/pulumi";
import type { InitPodArgs, KubernetesFields } from "init-pod";
declare const text: pulumi.Output<string>;
declare const promise: Promise<string>;
declare const podSpec: core.v1.PodSpec;
declare const probe: core.v1.Probe;
declare const loose: Record<string, any>;
const plain = { restartPolicy: "Never", tolerations: [{ key: "spot", operator: "Exists" }] };
const frozen = { containers: [{ name: "app", env: [{ name: "A", value: "b" }] }] } as const;
const app = { image: "nginx", port: 8080 };
`;

const pod = (fields: string): string => `{ container: app, podSpec: ${fields} }`;
const appContainer = (fields: string): string => `{ container: { ...app, container: ${fields} } }`;
const step = (fields: string): string => `{ container: app, init: [{ container: ${fields} }] }`;
const service = (fields: string): string => `{ container: app, service: { spec: ${fields} } }`;

const taken = [
  pod("{ nodeSelector: { zone: text, other: null }, serviceAccountName: promise, securityContext: null }"),
  pod("{ ...(Math.random() > 1 ? { hostNetwork: true } : {}), hostPID: undefined }"),
  pod("{ containers: [{ name: 'app', stdin: true }, pulumi.output({ name: 'more', image: 'busybox' })] }"),
  pod("{ volumes: [{ name: 'a', persistentVolumeClaim: { claimName: text } }, { name: 'b', $patch: 'delete' }] }"),
  pod("{ volumes: pulumi.output([{ name: 'a', emptyDir: {} }]) }"),
  pod("podSpec"),
  pod("loose"),
  pod("plain"),
  pod("frozen"),
  pod("{ newerThanTheTypes: 1, hostPID: true } as KubernetesFields<core.v1.PodSpec>"),
  appContainer("{ livenessProbe: probe, readinessProbe: { httpGet: { path: text } } }"),
  appContainer("{ livenessProbe: text.apply((path) => ({ httpGet: { port: 'http', path } })) }"),
  appContainer("{ env: [{ name: 'A', value: text }, { name: 'B', valueFrom: { secretKeyRef: { key: text } } }] }"),
  appContainer("{ volumeMounts: [{ mountPath: '/data', readOnly: true }] }"),
  step("{ name: 'wait', image: text, resources: { limits: { 'example.com/gpu': text } } }"),
  service("{ ports: [{ port: 80, nodePort: 30000 }], sessionAffinity: 'ClientIP', externalTrafficPolicy: text }"),
];

const refused: [string, string][] = [
  [pod("{ nodeSelectr: { zone: 'a' } }"), "'nodeSelectr' does not exist"],
  [pod("{ nodeSelectr: { zone: 'a' } }"), "Did you mean to write 'nodeSelector'?"],
  [pod("{ containers: [{ name: 'app', imagePullPolcy: 'Always' }] }"), "'imagePullPolcy' does not exist"],
  [pod("{ volumes: [{ name: 'a', emptydir: {} }] }"), "'emptydir' does not exist"],
  [pod("{ volumes: [{ name: 'a', $patch: 'merge' }] }"), `'"merge"' is not assignable`],
  [pod("{ hostNetwork: 'yes' }"), "'string' is not assignable"],
  [pod("{ serviceAccountName: pulumi.output(1) }"), "'number' is not assignable"],
  [pod("text"), "'Output<string>' is not assignable"],
  [appContainer("{ livenessProbe: { htpGet: { port: 1 } } }"), "'htpGet' does not exist"],
  [appContainer("{ env: { A: 'b' } }"), "'A' does not exist"],
  [step("{ imgae: 'busybox' }"), "'imgae' does not exist"],
  [service("{ sesionAffinity: 'None' }"), "'sesionAffinity' does not exist"],
];

const sources = [...taken, ...refused.map(([args]) => args)];
const fileOf = (args: string): string => join(folder, `${sources.indexOf(args)}.ts`);

/** What TypeScript says of arguments that a user of the package writes. */
const errorsIn = (() => {
  let program: ts.Program | undefined;
  return (args: string): string[] => {
    program ??= ts.createProgram(sources.map(fileOf), options, host());
    const file = program.getSourceFile(fileOf(args));
    return ts
      .getPreEmitDiagnostics(program, file)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  };
})();

// Bundled into the package, so that its users don't have it.
const bundled = join(folder, "bundled.d.ts");

const options: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.Node20,
  types: ["node"],
  paths: { "@kubernetes/client-node": [bundled] },
};

function host(): ts.CompilerHost {
  const files = new Map([[bundled, "export {};"]]);
  for (const args of sources) {
    files.set(fileOf(args), `${before}export const args: InitPodArgs = ${args};\nvoid [plain, frozen];\n`);
  }
  const real = ts.createCompilerHost(options);
  return {
    ...real,
    fileExists: (path) => files.has(path) || real.fileExists(path),
    readFile: (path) => files.get(path) ?? real.readFile(path),
    getSourceFile: (path, version, ...more) => {
      const text = files.get(path);
      return text === undefined
        ? real.getSourceFile(path, version, ...more)
        : ts.createSourceFile(path, text, version, true);
    },
  };
}

describe(`fields of Kubernetes in TypeScript, by the declarations in ${dist}`, { timeout: 300_000 }, () => {
  test.each(taken)("are taken: %s", (args) => {
    expect(errorsIn(args)).toEqual([]);
  });

  test.each(refused)("are refused by the compiler: %s", (args, why) => {
    expect(errorsIn(args).join("\n")).toContain(why);
  });
});
