import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, steadyRequests, tally } from "../tests/integration/support/load.ts";
import { objects, type TestStack } from "../tests/integration/support/stack.ts";
import { round } from "./measure.ts";
import { fillPage, initPodProgram } from "./programs.ts";
import { mustPulumi, upArgs, useSandbox, withStack } from "./stacks.ts";

const rounds = 3;
const perSecond = 50;
/** Before the `up`, so that the client has its connection; after it, as the old Pod may still be going. */
const marginMs = 2_000;

interface Followed {
  answered: number;
  failures: Record<string, number>;
  longestGapMs: number;
}

/** Requests at a constant rate while `up` replaces the Pod: those that fail, and the longest time without an answer. */
export async function follow(): Promise<object> {
  const provider = await useSandbox();
  const clients = { newConnections: [] as Followed[], keepAlive: [] as Followed[] };
  await withStack(program("first"), async (stack) => {
    await mustPulumi(stack, upArgs);
    for (let round = 0; round < rounds; round++) {
      clients.newConnections.push(await whileReplaced(stack, `new-${round}`, () => new Agent({ keepAlive: false })));
      clients.keepAlive.push(
        await whileReplaced(stack, `kept-${round}`, () => new Agent({ keepAlive: true, maxSockets: 1 })),
      );
    }
  });
  return {
    provider,
    rounds,
    node: process.version,
    newConnections: worst(clients.newConnections),
    keepAlive: worst(clients.keepAlive),
  };
}

function program(turn: string): string {
  return initPodProgram(`${fillPage}; echo ${turn}`, false);
}

async function whileReplaced(stack: TestStack, turn: string, makeAgent: () => Agent): Promise<Followed> {
  const before = await podUids(stack);
  stack.write(program(turn));
  const url = await stack.output("url");
  const agent = makeAgent();
  const startMs = performance.now();
  const stop = steadyRequests(url, perSecond, { agent });
  let answers: Answer[];
  try {
    await sleep(marginMs);
    await mustPulumi(stack, upArgs);
    await sleep(marginMs);
  } finally {
    // Requests that went on would keep this process alive.
    answers = await stop();
    agent.destroy();
  }
  if ((await podUids(stack)).some((uid) => before.includes(uid))) throw new Error("The Pod was not replaced.");
  return summary(answers, startMs);
}

async function podUids(stack: TestStack): Promise<string[]> {
  const pods = await objects<{ metadata: { uid: string } }>("pods", stack.namespace);
  return pods.map(({ metadata }) => metadata.uid);
}

/** Failed is whatever is no answer of the app. */
function summary(answers: Answer[], startMs: number): Followed {
  const { app = 0, ...failures } = tally(answers);
  const times = answers.filter(({ status }) => status === 200).map(({ atMs }) => atMs);
  times.sort((a, b) => a - b);
  const gaps = times.map((time, index) => time - (times[index - 1] ?? startMs));
  return { answered: app, failures, longestGapMs: Math.max(...gaps) };
}

function worst(all: Followed[]): object {
  return {
    answered: all.reduce((sum, { answered }) => sum + answered, 0),
    failed: all.flatMap(({ failures }) => Object.values(failures)).reduce((sum, count) => sum + count, 0),
    longestGapMs: round(Math.max(...all.map(({ longestGapMs }) => longestGapMs))),
    gapsMs: all.map(({ longestGapMs }) => round(longestGapMs)),
    failures: [...new Set(all.flatMap(({ failures }) => Object.keys(failures)))],
  };
}
