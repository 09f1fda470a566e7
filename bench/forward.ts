import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { daemonOf } from "../tests/integration/support/machine.ts";
import { objects, type TestStack } from "../tests/integration/support/stack.ts";
import { KubectlForward } from "./kubectlForward.ts";
import { download, load } from "./load.ts";
import { median, round } from "./measure.ts";
import { fillPage, initPodProgram, page } from "./programs.ts";
import { mustPulumi, upArgs, useSandbox, withStack } from "./stacks.ts";

const rounds = 5;
/** Of each load. */
const seconds = 3;
/** For what the last load has left to be closed. */
const restMs = 300;
const large = { path: "/large", mebibytes: 256 };
const script = `${fillPage}; dd if=/dev/zero of=${page}${large.path} bs=1M count=${large.mebibytes}`;

type Figures = Record<string, number>;

/** A way to reach the Pod, and what was measured on it. */
interface Way {
  url: () => Promise<string>;
  figures: Record<string, number[]>;
  failures: string[];
}

/** Each yields figures of one way; turn by turn, so that all ways have the machine in the same state. */
const loads: ((way: Way) => Promise<Figures>)[] = [
  ...[1, 64, 256].map((connections) => async (way: Way) => {
    const { perSecond, p99Ms, failures } = await load(await way.url(), { connections, keepAlive: true, seconds });
    way.failures.push(...failures);
    return { [`requestsPerSecondAt${connections}`]: perSecond, [`p99MsAt${connections}`]: p99Ms };
  }),
  ...[1, 16].map((connections) => async (way: Way) => {
    const { perSecond, failures } = await load(await way.url(), { connections, keepAlive: false, seconds });
    way.failures.push(...failures);
    return { [`newConnectionsPerSecondAt${connections}`]: perSecond };
  }),
  async (way) => {
    const { megabytesPerSecond, failures } = await download((await way.url()) + large.path);
    way.failures.push(...failures);
    return { downloadMegabytesPerSecond: megabytesPerSecond };
  },
];

/** One Pod through our URL, through `kubectl port-forward`, and at its own IP, which is the limit of both. */
export async function forward(): Promise<object> {
  const provider = await useSandbox();
  return await withStack(initPodProgram(script, false), async (stack) => {
    await mustPulumi(stack, upArgs);
    const url = await stack.output("url");
    const pod = await podOf(stack);
    const kubectl = new KeptForward(stack.namespace, pod.name);
    const ways = {
      ours: way(() => url),
      kubectl: way(() => kubectl.url()),
      direct: way(() => `http://${pod.ip}:8080`),
    };
    const idleMiB = daemonMiB(stack, "VmRSS");
    try {
      for (let round = 0; round < rounds; round++) {
        const order = Object.values(ways);
        if (round % 2 === 1) order.reverse();
        for (const run of loads) {
          for (const each of order) {
            await sleep(restMs);
            for (const [name, value] of Object.entries(await run(each))) (each.figures[name] ??= []).push(value);
          }
        }
        console.error(`round ${round + 1} of ${rounds}`);
      }
    } finally {
      kubectl.stop();
    }
    return {
      provider,
      rounds,
      node: process.version,
      ours: medians(ways.ours),
      kubectl: { ...medians(ways.kubectl), restarts: kubectl.restarts },
      direct: medians(ways.direct),
      ratios: ratios(ways.ours, ways.kubectl),
      daemonMiB: { idle: idleMiB, peak: daemonMiB(stack, "VmHWM") },
    };
  });
}

function way(url: () => string | Promise<string>): Way {
  return { url: async () => await url(), figures: {}, failures: [] };
}

/** Dies at times, and is then started anew as a person would. */
class KeptForward {
  restarts = 0;
  #forward: KubectlForward | undefined;
  readonly #namespace: string;
  readonly #pod: string;

  constructor(namespace: string, pod: string) {
    this.#namespace = namespace;
    this.#pod = pod;
  }

  async url(): Promise<string> {
    if (this.#forward?.alive !== true) {
      if (this.#forward !== undefined) this.restarts++;
      this.#forward = await KubectlForward.start(this.#namespace, this.#pod);
    }
    return this.#forward.url;
  }

  stop(): void {
    this.#forward?.stop();
  }
}

async function podOf(stack: TestStack): Promise<{ name: string; ip: string }> {
  const [pod] = await objects<{ metadata: { name: string }; status: { podIP: string } }>("pods", stack.namespace);
  if (pod === undefined) throw new Error("The Pod is not there.");
  return { name: pod.metadata.name, ip: pod.status.podIP };
}

/** What our daemon holds now, or held at most in its whole life. */
function daemonMiB(stack: TestStack, figure: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${daemonOf(stack.stateHome)?.pid}/status`, "utf8");
  const [, kibibytes] = new RegExp(`^${figure}:\\s+(\\d+) kB`, "m").exec(status) ?? [];
  return Math.round(Number(kibibytes) / 1024);
}

function medians({ figures, failures }: Way): object {
  const all = Object.entries(figures).map(([name, values]) => [name, round(median(values))] as const);
  return { ...Object.fromEntries(all), failed: failures.length, failures: counts(failures) };
}

/** How much better ours is: above 1 is good, also for what shall be small. */
function ratios(ours: Way, theirs: Way): Figures {
  return Object.fromEntries(
    Object.entries(ours.figures).map(([name, values]) => {
      const ratio = median(values) / median(theirs.figures[name] ?? []);
      return [name, round(name.startsWith("p99") ? 1 / ratio : ratio)];
    }),
  );
}

function counts(messages: string[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const message of messages) all[message] = (all[message] ?? 0) + 1;
  return all;
}
