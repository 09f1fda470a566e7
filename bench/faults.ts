import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ask, tally } from "../tests/integration/support/load.ts";
import { images } from "../tests/integration/support/programs.ts";
import { openProxy } from "../tests/integration/support/proxy.ts";
import type { Finished } from "../tests/integration/support/run.ts";
import {
  answer,
  type ApiProxy,
  hangUp,
  hold,
  isOurs,
  pass,
  refuse,
  replaying,
} from "../tests/support/apiProxy/index.ts";
import { DaemonWatch } from "./daemonWatch.ts";
import { page } from "./programs.ts";
import { useSandbox, withStack } from "./stacks.ts";
import { steadily } from "./steadily.ts";

const usualMinutes = 30;
const perSecond = 20;
const minuteMs = 60_000;
/** Of each attempt of the init container. */
const linesOfAttempt = 6;
/** Of one that fails, which is tried once more by default. */
const attemptsOfFailing = 2;
/** After a fault in which the Pod could not be reached, until it counts as reached again. */
const recoveryMs = 5_000;

/** One way of the API server, or of the network before it, to behave badly for a while. */
interface Fault {
  name: string;
  /** Whether new connections to the Pod's port fail meanwhile, so that requests may. */
  bars: boolean;
  begin: (proxy: ApiProxy) => () => void;
}

/** A rule for requests of ours, and not of the provider's plugin, in force for a while. */
function ruled(name: string, pattern: string, action: ReturnType<typeof pass>, bars = false): Fault {
  return { name, bars, begin: (proxy) => proxy.when(pattern, action, { where: isOurs }).remove };
}

/** At once, and over. */
function struck(name: string, strike: (proxy: ApiProxy) => void): Fault {
  return {
    name,
    bars: false,
    begin: (proxy) => {
      strike(proxy);
      return () => undefined;
    },
  };
}

function cutOpen(proxy: ApiProxy, pattern: string): void {
  for (const exchange of proxy.open(pattern)) if (isOurs(exchange.asked)) exchange.cut();
}

const faults: Fault[] = [
  ruled("lists refused with 503", "list pods", refuse(503, "apiserver is starting")),
  ruled("lists refused with 429", "list pods", refuse(429, "too many requests", { "retry-after": "1" })),
  ruled("lists hang", "list pods", hold()),
  ruled("watches refused", "watch pods", refuse(500, "etcdserver: leader changed")),
  ruled("watches too old", "watch pods", refuse(410, "too old resource version")),
  ruled("watches hung up on", "watch pods", hangUp()),
  ruled("watches end at once", "watch pods", answer(200)),
  ruled("watches go silent", "watch pods", pass({ until: { ms: 500 }, then: "silence" })),
  ruled("events replayed", "watch pods", pass({ line: replaying() })),
  ruled("logs not ready", "get pods/log", refuse(400, "container is waiting to start: PodInitializing")),
  ruled("logs not found", "get pods/log", refuse(404, "the server could not find the requested resource")),
  ruled("logs go silent", "get pods/log", pass({ until: { lines: 2 }, then: "silence" })),
  ruled("logs break off", "get pods/log", pass({ until: { lines: 2 }, then: "cut" })),
  ruled("port-forwarding refused", "create pods/portforward", refuse(503, "error dialing backend"), true),
  ruled("port-forwarding hung up on", "create pods/portforward", hangUp(), true),
  struck("watches cut", (proxy) => cutOpen(proxy, "watch pods")),
  struck("logs cut", (proxy) => cutOpen(proxy, "get pods/log")),
  struck("tunnels cut", (proxy) => cutOpen(proxy, "create pods/portforward")),
];

/**
 * A random walk over faults, one at a time, under a loop of `up`s that succeed or fail and under constant requests. The same
 * seed draws the same walk. Usage: `faults [--minutes N] [--seed N]`.
 */
export async function faultWalk(args: string[]): Promise<object> {
  const provider = await useSandbox();
  const minutes = option(args, "--minutes") ?? usualMinutes;
  const seed = option(args, "--seed") ?? randomInt(2 ** 31);
  console.error(`seed ${seed}`);
  const draw = drawer(seed);
  return await withStack(programOf(0, 0), async (stack) => {
    await stack.up();
    const { proxy, kubeconfig } = await openProxy(stack.folder);
    stack.env.KUBECONFIG = kubeconfig;
    // The forwarder goes over to the proxy before anything goes wrong there.
    await stack.up();
    const walk = new FaultWalk(proxy, draw);
    const clients = new Clients(await stack.output("url"));
    const daemon = new DaemonWatch(stack.stateHome);
    const ups = { succeeded: 0, failed: 0, wrong: [] as string[] };
    const lines: Lines = { shown: 0, missing: [], doubled: [], lost: [] };
    const startMs = performance.now();
    try {
      for (let turn = 1; performance.now() - startMs < minutes * minuteMs; turn++) {
        const exitCode = draw() < 0.4 ? 3 : 0;
        stack.write(programOf(turn, exitCode));
        const { code, output } = await stack.tryUp();
        const problem = problemOf(exitCode, code, output);
        if (problem !== undefined) ups.wrong.push(`turn ${turn}, ${walk.current}: ${problem}`);
        ups[exitCode === 0 ? "succeeded" : "failed"]++;
        const notAsSaid = (): number => lines.doubled.length + lines.missing.length;
        const before = notAsSaid();
        count(output, turn, exitCode === 0, lines);
        daemon.record();
        console.error(`turn ${turn}: exit code ${exitCode}, ${clients.summary()}, ${daemon.mebibytes.at(-1)} MiB`);
        if (problem !== undefined || notAsSaid() > before) console.error(output);
      }
    } finally {
      await walk.stop();
      await clients.stop();
      daemon.stop();
      proxy.close();
    }
    return {
      ...{ provider, seed, minutes, ups, lines, faults: walk.counts },
      requests: clients.figures(walk.barred),
      daemon: daemon.figures(),
    };
  });
}

function option(args: string[], name: string): number | undefined {
  const at = args.indexOf(name);
  if (at === -1) return undefined;
  const value = Number(args[at + 1]);
  if (!Number.isInteger(value) || value < 0) throw new Error(`${name} takes a whole number`);
  return value;
}

/** Numbers from 0 to 1 in an order that the seed decides (mulberry32). */
function drawer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Each attempt numbers itself and its lines. */
function programOf(turn: number, exitCode: number): string {
  const script = `
n=$(( $(cat ${page}/attempts 2>/dev/null || echo 0) + 1 )); echo $n > ${page}/attempts
for i in $(seq ${linesOfAttempt}); do echo "turn ${turn} attempt $n line $i"; sleep 0.2; done
echo hello > ${page}/index.html
exit ${exitCode}`;
  return `
const { InitPod } = require("init-pod");
const web = new InitPod("web", {
  init: [{ name: "init", image: "${images.busybox}", run: { script: ${JSON.stringify(script)} } }],
  container: { image: "${images.unprivileged}", port: 8080 },
  volumes: { page: { mountPath: "${page}" } },
  podSpec: { terminationGracePeriodSeconds: 1 },
});
exports.url = web.url;
`;
}

/** What is not as the Pod's truth is. */
function problemOf(exitCode: number, code: Finished["code"], output: string): string | undefined {
  if (exitCode === 0) return code === 0 ? undefined : `up ended with ${code} though the Pod is well`;
  if (code === 0) return "up ended with 0 though the Pod failed";
  return /"init"[\s\S]*exit code 3/.test(output)
    ? undefined
    : "the error does not name the container and its exit code";
}

interface Lines {
  shown: number;
  missing: string[];
  doubled: string[];
  /** Attempts of whose log it was said that it, or the rest of it, is gone or could not be read. */
  lost: string[];
}

/** Counts the lines of the live log, which comes before what Pulumi sums up at the end. */
function count(output: string, turn: number, isWell: boolean, lines: Lines): void {
  const [live = ""] = output.split(/^Diagnostics:$/m);
  // Pulumi repeats the last line of a resource where it goes on to delete the old one.
  const rows = live.split("\n").filter((row) => !/ deleting original | deleted original /.test(row));
  const said = new RegExp(`turn ${turn} attempt \\d+ line \\d+`);
  const all = rows.flatMap((row): string[] => said.exec(row) ?? []);
  const seen = new Set(all);
  lines.shown += seen.size;
  lines.doubled.push(...all.filter((text, at) => all.indexOf(text) !== at));
  const attempts = isWell ? 1 : attemptsOfFailing;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (isSaidLost(live, attempt)) {
      lines.lost.push(`turn ${turn} attempt ${attempt}`);
      continue;
    }
    for (let line = 1; line <= linesOfAttempt; line++) {
      const text = `turn ${turn} attempt ${attempt} line ${line}`;
      if (!seen.has(text)) lines.missing.push(text);
    }
  }
}

function isSaidLost(live: string, attempt: number): boolean {
  const ranges = [...live.matchAll(/\(the logs? of attempts? (\d+)(?: to (\d+))? (?:is|are) gone\)/g)];
  const isInRange = ranges.some(([, from, to = from]) => Number(from) <= attempt && attempt <= Number(to));
  const name = attempt === 1 ? "init" : `init \\(attempt ${attempt}\\)`;
  return (
    isInRange || new RegExp(`${name} \\| \\((the rest of )?this attempt's log (is gone|could not be read)`).test(live)
  );
}

/** Has one fault after the other, with a pause between two. */
class FaultWalk {
  readonly counts: Record<string, number> = {};
  /** Times in which the Pod could not be reached anew. */
  readonly barred: { fromMs: number; toMs: number }[] = [];
  current = "no fault";
  #isStopped = false;
  readonly #proxy: ApiProxy;
  readonly #draw: () => number;
  readonly #walking: Promise<void>;

  constructor(proxy: ApiProxy, draw: () => number) {
    this.#proxy = proxy;
    this.#draw = draw;
    this.#walking = this.#walk();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#walking;
  }

  async #walk(): Promise<void> {
    while (!this.#isStopped) {
      await sleep(500 + this.#draw() * 3_000);
      const fault = faults[Math.floor(this.#draw() * faults.length)];
      if (fault === undefined) continue;
      this.counts[fault.name] = (this.counts[fault.name] ?? 0) + 1;
      this.current = fault.name;
      const fromMs = performance.now();
      const end = fault.begin(this.#proxy);
      await sleep(500 + this.#draw() * 4_500);
      end();
      if (fault.bars) this.barred.push({ fromMs, toMs: performance.now() + recoveryMs });
    }
  }
}

/** Requests at a constant rate, of which only the failed ones are kept. */
class Clients {
  readonly #failures: { fromMs: number; toMs: number; kind: string }[] = [];
  /** Ends it once all have their answers. */
  readonly stop: () => Promise<void>;
  #requests = 0;
  #longestMs = 0;

  constructor(url: string) {
    this.stop = steadily(perSecond, () => this.#ask(url));
  }

  summary(): string {
    return `${this.#requests} requests, ${this.#failures.length} failed, longest ${Math.round(this.#longestMs)} ms`;
  }

  /** Those that failed while nothing barred the way to the Pod are lost. */
  figures(barred: readonly { fromMs: number; toMs: number }[]): object {
    const lost = this.#failures.filter(
      ({ fromMs, toMs }) => !barred.some((time) => fromMs <= time.toMs && toMs >= time.fromMs),
    );
    return {
      requests: this.#requests,
      failed: this.#failures.length,
      lost: lost.length,
      kinds: [...new Set(lost.map(({ kind }) => kind))],
      longestMs: Math.round(this.#longestMs),
    };
  }

  async #ask(url: string): Promise<void> {
    const fromMs = performance.now();
    const answered = await ask(url);
    const toMs = performance.now();
    this.#requests++;
    this.#longestMs = Math.max(this.#longestMs, toMs - fromMs);
    const [kind = ""] = Object.keys(tally([answered]));
    if (kind !== "app") this.#failures.push({ fromMs, toMs, kind });
  }
}
