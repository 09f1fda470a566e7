import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { InitPodArgs } from "../components/dist/index.js";
import { images } from "../tests/integration/support/programs.ts";
import { kubectl, repo, type TestStack } from "../tests/integration/support/stack.ts";
import { median, round } from "./measure.ts";
import { mustPulumi, upArgs, useSandbox, withStack } from "./stacks.ts";

const manifestFile = join(repo, "components/dist/spec/manifest/manifest.js");
const { manifest } = createRequire(import.meta.url)(
  manifestFile,
) as typeof import("../components/dist/spec/manifest/manifest.js");

const wanted = 100;
const usualRounds = 3;
/** Of a preview, per stack. */
const previews = 3;
const previewArgs = ["preview", "--expect-no-changes"];

type Kind = "ours" | "plain";
type Variant = "withoutPort" | "withPort";

/** What a run of a program came to. */
interface Run {
  seconds: number;
  /** Of the engine, the program and the plugins together. */
  peakMiB: number;
  program: ProgramFigures;
}

interface ProgramFigures {
  cpuSeconds: number;
  peakMiB: number;
  /** Requests of the program itself to the API server, by verb and resource. */
  requests: Record<string, number>;
}

interface Figures {
  up: Run[];
  preview: Run[];
  /** Requests of everybody during `up`: of the plugin and the node too, and of whoever else uses the cluster. */
  clusterRequests: number[];
}

/**
 * Many InitPods in one stack, beside as many plain Pods, and the same Pods by kubectl alone, turn by turn. The engine makes
 * a few plain Pods at a time, each once one before it is Ready; InitPods are all made at once, as by kubectl. Usage:
 * `scale [--pods N] [--rounds N] [--no-state]`. Fewer Pods are used where the cluster has no room for so many. With
 * `--no-state` the engine writes the state of either only at the end: else a backend of files is written as a whole at each
 * step, two times for a plain Pod and seven for an InitPod.
 */
export async function scale(args: string[]): Promise<object> {
  const provider = await useSandbox();
  // Pulumi is interrupted by the same key, and fails: what it has made is then removed as after any failure.
  process.on("SIGINT", () => undefined);
  const rounds = numberOf(args, "--rounds") ?? usualRounds;
  const writesState = !args.includes("--no-state");
  if (!writesState) Object.assign(process.env, withoutState);
  const room = await freePods();
  const pods = Math.min(numberOf(args, "--pods") ?? wanted, room);
  const results: Record<string, object> = {};
  for (const variant of ["withoutPort", "withPort"] as const) {
    const figures: Record<Kind, Figures> = { ours: noFigures(), plain: noFigures() };
    const byKubectl: number[] = [];
    for (let round = 0; round < rounds; round++) {
      for (const kind of round % 2 === 0 ? (["ours", "plain"] as const) : (["plain", "ours"] as const)) {
        await measureStack(program(kind, variant, pods), figures[kind]);
        const seconds = figures[kind].up.at(-1)?.seconds;
        console.error(`${variant}, round ${round + 1} of ${rounds}: ${kind} ${seconds?.toFixed(1)} s`);
      }
      byKubectl.push(await secondsByKubectl(variant, pods));
      console.error(`${variant}, round ${round + 1} of ${rounds}: by kubectl ${byKubectl.at(-1)?.toFixed(1)} s`);
    }
    results[variant] = compared(figures, byKubectl);
  }
  return { provider, node: process.version, pods, room, rounds, writesState, ...results };
}

/** Source: https://github.com/pulumi/pulumi/issues/10668 */
const withoutState = { PULUMI_SKIP_CHECKPOINTS: "true" };

function numberOf(args: string[], name: string): number | undefined {
  const index = args.indexOf(name);
  return index === -1 ? undefined : Number(args[index + 1]);
}

/** How many Pods the cluster's nodes still take. */
async function freePods(): Promise<number> {
  const list = async <T>(kind: string): Promise<T[]> =>
    (JSON.parse(await kubectl(["get", kind, "--all-namespaces", "-o", "json"])) as { items: T[] }).items;
  const nodes = await list<{ status: { allocatable: { pods: string } } }>("nodes");
  const pods = await list<object>("pods");
  return nodes.reduce((sum, { status }) => sum + Number(status.allocatable.pods), 0) - pods.length;
}

async function measureStack(text: string, figures: Figures): Promise<void> {
  let namespace = "";
  try {
    await withStack(text, async (stack) => {
      namespace = stack.namespace;
      const before = await requestsServed();
      figures.up.push(await runOf(stack, upArgs));
      figures.clusterRequests.push((await requestsServed()) - before);
      for (let n = 0; n < previews; n++) figures.preview.push(await runOf(stack, previewArgs));
    });
  } finally {
    // The node shall be as free for the next one.
    if (namespace !== "") await kubectl(["wait", "--for=delete", `namespace/${namespace}`, "--timeout=140s"]);
  }
}

/** From the first Pod asked for until all are Ready. */
async function secondsByKubectl(variant: Variant, pods: number): Promise<number> {
  return await withStack("", async ({ namespace, folder }) => {
    const spec = manifest(argumentsOf(variant)).podSpec;
    const items = names(pods).map((name) => ({ apiVersion: "v1", kind: "Pod", metadata: { name }, spec }));
    const file = join(folder, "pods.json");
    writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    const start = performance.now();
    await kubectl(["create", "--namespace", namespace, "--filename", file]);
    await kubectl(["wait", "--namespace", namespace, "--for=condition=Ready", "pod", "--all", "--timeout=300s"]);
    const seconds = (performance.now() - start) / 1000;
    await kubectl(["delete", "pod", "--namespace", namespace, "--all", "--timeout=140s"]);
    return seconds;
  });
}

async function runOf(stack: TestStack, args: string[]): Promise<Run> {
  const file = join(stack.project, figuresFile);
  rmSync(file, { force: true });
  const { seconds, peakMiB } = await mustPulumi(stack, args);
  return { seconds, peakMiB, program: JSON.parse(readFileSync(file, "utf8")) as ProgramFigures };
}

/** Requests that the API server has answered since its start. Watches and followed logs count when they end. */
async function requestsServed(): Promise<number> {
  const metrics = await kubectl(["get", "--raw", "/metrics"]);
  const counts = [...metrics.matchAll(/^apiserver_request_total\{.*\} (\S+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

function noFigures(): Figures {
  return { up: [], preview: [], clusterRequests: [] };
}

function compared({ ours, plain }: Record<Kind, Figures>, byKubectl: readonly number[]): object {
  const ratio = (select: (figures: Figures) => number): number => round(select(ours) / select(plain));
  return {
    ours: summary(ours),
    plain: summary(plain),
    byKubectl: { seconds: round(median(byKubectl)), allSeconds: byKubectl.map(round) },
    ratios: {
      up: ratio(({ up }) => secondsOf(up)),
      upToKubectl: round(secondsOf(ours.up) / median(byKubectl)),
      preview: ratio(({ preview }) => secondsOf(preview)),
      memory: ratio(({ up }) => mebibytesOf(up)),
      clusterRequests: ratio(({ clusterRequests }) => median(clusterRequests)),
    },
  };
}

function summary({ up, preview, clusterRequests }: Figures): object {
  return {
    up: runSummary(up),
    allSeconds: up.map(({ seconds }) => round(seconds)),
    clusterRequests: median(clusterRequests),
    preview: runSummary(preview),
  };
}

function runSummary(runs: Run[]): object {
  const last = runs.at(-1)?.program.requests ?? {};
  return {
    seconds: round(secondsOf(runs)),
    peakMiB: mebibytesOf(runs),
    programCpuSeconds: round(median(runs.map(({ program: { cpuSeconds } }) => cpuSeconds))),
    programPeakMiB: round(median(runs.map(({ program: { peakMiB } }) => peakMiB))),
    programRequests: Object.values(last).reduce((sum, count) => sum + count, 0),
    programRequestsByKind: last,
  };
}

function secondsOf(runs: Run[]): number {
  return median(runs.map(({ seconds }) => seconds));
}

function mebibytesOf(runs: Run[]): number {
  return median(runs.map(({ peakMiB }) => peakMiB));
}

const figuresFile = "figures.json";

/** Writes what the program came to when it ends. Names of Pods and of namespaces are left out. */
const selfMeasure = `
const requests = {};
require("node:diagnostics_channel").subscribe("http.client.request.start", ({ request }) => {
  const { pathname, searchParams } = new URL(request.path, "http://server");
  // Requests to the app itself, which prove its URL, are none to the API server.
  if (!pathname.startsWith("/api/")) return;
  const [, , , , , kind = "namespaces", name, sub] = pathname.split("/");
  const isSet = (option) => searchParams.get(option) === "true";
  const verb = isSet("watch") ? "WATCH" : isSet("follow") ? "FOLLOW" : request.method;
  const what = [verb, kind, name && "NAME", sub].filter(Boolean).join(" ");
  requests[what] = (requests[what] ?? 0) + 1;
});
process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  const figures = { cpuSeconds: (user + system) / 1e6, peakMiB: process.resourceUsage().maxRSS / 1024, requests };
  require("node:fs").writeFileSync("${figuresFile}", JSON.stringify(figures));
});
`;

/** Of an InitPod that is light for the node. */
function argumentsOf(variant: Variant): InitPodArgs {
  const settings = {
    withoutPort: { command: ["sh", "-c", "trap exit TERM; sleep 3600 & wait"] },
    withPort: { port: 8080, command: ["httpd", "-f", "-p", "8080", "-h", "/bin"] },
  };
  return {
    init: [{ name: "init", image: images.busybox, run: { script: "true" } }],
    container: { image: images.busybox, ...settings[variant] },
    podSpec: { terminationGracePeriodSeconds: 1 },
  };
}

function names(pods: number): string[] {
  return Array.from({ length: pods }, (_, index) => `web-${index}`);
}

/** The plain Pods' spec is made of the same arguments by the same code, so that the node has the same to do. */
function program(kind: Kind, variant: Variant, pods: number): string {
  const ours = `
const { InitPod } = require("init-pod");
const make = (name, args) => new InitPod(name, args);
`;
  const plain = `
const k8s = require("@pulumi/kubernetes");
const { manifest } = require(${JSON.stringify(manifestFile)});
const make = (name, args) => new k8s.core.v1.Pod(name, { spec: manifest(args).podSpec });
`;
  return `
${selfMeasure}
${kind === "ours" ? ours : plain}
for (const name of ${JSON.stringify(names(pods))}) make(name, ${JSON.stringify(argumentsOf(variant))});
`;
}
