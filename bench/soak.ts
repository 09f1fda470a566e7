import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { ask, tally } from "../tests/integration/support/load.ts";
import { objects, type TestStack } from "../tests/integration/support/stack.ts";
import { DaemonWatch } from "./daemonWatch.ts";
import { round } from "./measure.ts";
import { fillPage, initPodProgram } from "./programs.ts";
import { mustPulumi, upArgs, useSandbox, withStack } from "./stacks.ts";
import { steadily } from "./steadily.ts";

const usualMinutes = 30;
/** Of each client. */
const perSecond = 50;
const minuteMs = 60_000;
/** Until the daemon holds what it needs under this load. */
const warmUpMs = 5_000;

/** Requests at a constant rate for half an hour, the Pod replaced by `up` each minute. Usage: `soak [--minutes N]`. */
export async function soak(args: string[]): Promise<object> {
  const provider = await useSandbox();
  const option = args.indexOf("--minutes");
  const minutes = option === -1 ? usualMinutes : Number(args[option + 1]);
  if (!Number.isInteger(minutes) || minutes < 1) throw new Error("--minutes takes a whole number above 0");
  return await withStack(program(0), async (stack) => {
    await mustPulumi(stack, upArgs);
    const url = await stack.output("url");
    const clients = {
      newConnections: new SteadyClient(url, new Agent({ keepAlive: false })),
      keepAlive: new SteadyClient(url, new Agent({ keepAlive: true, maxSockets: 1 })),
    };
    const daemon = new DaemonWatch(stack.stateHome);
    const ups = { replaced: 0, failed: 0, notReplaced: 0 };
    try {
      await sleep(warmUpMs);
      daemon.record();
      const startMs = performance.now();
      for (let minute = 1; minute <= minutes; minute++) {
        ups[await replacePod(stack, minute)]++;
        await sleep(Math.max(0, startMs + minute * minuteMs - performance.now()));
        daemon.record();
        console.error(`minute ${minute} of ${minutes}: ${progress(clients, daemon)}`);
      }
    } finally {
      daemon.stop();
      await Promise.all(Object.values(clients).map((client) => client.stop()));
    }
    return {
      provider,
      minutes,
      node: process.version,
      perSecond,
      newConnections: clients.newConnections.figures(),
      keepAlive: clients.keepAlive.figures(),
      ups,
      daemon: daemon.figures(),
    };
  });
}

function program(turn: number): string {
  return initPodProgram(`${fillPage}; echo ${turn}`, false);
}

async function replacePod(stack: TestStack, turn: number): Promise<"replaced" | "failed" | "notReplaced"> {
  const before = await podUids(stack);
  stack.write(program(turn));
  // One that fails is counted, and what was measured by then is not lost.
  const { code, output } = await stack.tryUp();
  if (code !== 0) {
    console.error(output);
    return "failed";
  }
  const after = await podUids(stack);
  return after.some((uid) => before.includes(uid)) ? "notReplaced" : "replaced";
}

async function podUids(stack: TestStack): Promise<string[]> {
  const pods = await objects<{ metadata: { uid: string } }>("pods", stack.namespace);
  return pods.map(({ metadata }) => metadata.uid);
}

function progress(clients: Record<string, SteadyClient>, daemon: DaemonWatch): string {
  const asked = Object.entries(clients).map(
    ([name, { requests, failed, longestGapMs }]) =>
      `${name} ${requests} requests, ${failed} failed, longest gap ${Math.round(longestGapMs)} ms`,
  );
  const { mebibytes, descriptors } = daemon;
  return [...asked, `daemon ${mebibytes.at(-1)} MiB, ${descriptors.at(-1)} descriptors`].join("; ");
}

/** Asks at a constant rate, and keeps sums alone: the answers of half an hour would be too much. */
class SteadyClient {
  requests = 0;
  failed = 0;
  longestGapMs = 0;
  readonly #failures: Record<string, number> = {};
  readonly #agent: Agent;
  readonly #end: () => Promise<void>;
  readonly #startMs = performance.now();
  #answeredMs = this.#startMs;
  #longestGapMinute = 0;

  constructor(url: string, agent: Agent) {
    this.#agent = agent;
    this.#end = steadily(perSecond, () => this.#ask(url));
  }

  async stop(): Promise<void> {
    await this.#end();
    this.#agent.destroy();
  }

  figures(): object {
    return {
      requests: this.requests,
      failed: this.failed,
      failures: this.#failures,
      longestGapMs: round(this.longestGapMs),
      longestGapMinute: round(this.#longestGapMinute),
    };
  }

  async #ask(url: string): Promise<void> {
    const answer = await ask(url, { agent: this.#agent });
    this.requests++;
    const [kind = ""] = Object.keys(tally([answer]));
    if (kind !== "app") {
      this.failed++;
      this.#failures[kind] = (this.#failures[kind] ?? 0) + 1;
      return;
    }
    const gapMs = answer.atMs - this.#answeredMs;
    this.#answeredMs = Math.max(this.#answeredMs, answer.atMs);
    if (gapMs <= this.longestGapMs) return;
    this.longestGapMs = gapMs;
    this.#longestGapMinute = (answer.atMs - this.#startMs) / minuteMs;
  }
}
