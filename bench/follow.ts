import { Agent, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { objects, type TestStack } from "../tests/integration/support/stack.ts";
import { round } from "./measure.ts";
import { fillPage, initPodProgram } from "./programs.ts";
import { mustPulumi, upArgs, useSandbox, withStack } from "./stacks.ts";

const rounds = 3;
const perSecond = 50;
const timeoutMs = 10_000;
/** Before the `up`, so that the client has its connection; after it, as the old Pod may still be going. */
const marginMs = 2_000;

interface Followed {
  answered: number;
  failures: string[];
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
  const requests = constantRate(await stack.output("url"), makeAgent());
  let followed: Followed;
  try {
    await sleep(marginMs);
    await mustPulumi(stack, upArgs);
    await sleep(marginMs);
  } finally {
    // Requests that went on would keep this process alive.
    followed = await requests.stop();
  }
  if ((await podUids(stack)).some((uid) => before.includes(uid))) throw new Error("The Pod was not replaced.");
  return followed;
}

async function podUids(stack: TestStack): Promise<string[]> {
  const pods = await objects<{ metadata: { uid: string } }>("pods", stack.namespace);
  return pods.map(({ metadata }) => metadata.uid);
}

/** Asks at a constant rate, whether the last request was answered or not. */
function constantRate(url: string, agent: Agent): { stop: () => Promise<Followed> } {
  const asked: Promise<void>[] = [];
  const failures: string[] = [];
  let answered = 0;
  let lastAnswer = performance.now();
  let longestGapMs = 0;
  const timer = setInterval(() => {
    asked.push(
      ask(url, agent).then(
        () => {
          const now = performance.now();
          longestGapMs = Math.max(longestGapMs, now - lastAnswer);
          lastAnswer = now;
          answered++;
        },
        (error: unknown) => void failures.push(String(error)),
      ),
    );
  }, 1000 / perSecond);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(asked);
      agent.destroy();
      return { answered, failures, longestGapMs };
    },
  };
}

/** Resolves once the whole answer of the app is there. */
function ask(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, timeout: timeoutMs }, (response) => {
      response.resume();
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`status ${response.statusCode}`));
      });
    });
    request.on("timeout", () => request.destroy(new Error(`no answer for ${timeoutMs} ms`)));
    request.on("error", reject);
  });
}

function worst(all: Followed[]): object {
  return {
    answered: all.reduce((sum, { answered }) => sum + answered, 0),
    failed: all.reduce((sum, { failures }) => sum + failures.length, 0),
    longestGapMs: round(Math.max(...all.map(({ longestGapMs }) => longestGapMs))),
    gapsMs: all.map(({ longestGapMs }) => round(longestGapMs)),
    failures: [...new Set(all.flatMap(({ failures }) => failures))],
  };
}
