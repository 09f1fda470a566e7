import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stopPodSandbox } from "./support/cri.ts";
import { daemonPid, openAndDrop, openDescriptors, shownForwards, stateFolderOf } from "./support/forward.ts";
import { type Answer, ask, steadyRequests, tally } from "./support/load.ts";
import { eventually } from "./support/machine.ts";
import { images, program } from "./support/programs.ts";
import { onlySandbox, restartApiServer, restartContainerd, sandboxPart } from "./support/sandboxPart.ts";
import { objects, TestStack } from "./support/stack.ts";

const perSecond = 20;
/** Generous: how long a cluster on a busy machine may take to be whole again. */
const recoverySeconds = 60;

const serving = program(`{ container: { image: "${images.unprivileged}", port: 8080 } }`);

/** Ready by its own account, with nothing on the port that it declares. */
const deaf = program(`{
  container: {
    name: "deaf",
    image: "${images.busybox}",
    port: 8080,
    command: ["sleep", "3600"],
    container: { readinessProbe: { tcpSocket: null, exec: { command: ["true"] } } },
  },
  podSpec: { terminationGracePeriodSeconds: 1 },
}`);

/** So often a sandbox dies. */
const rounds = 2;

async function timed(url: string): Promise<{ answer: Answer; ms: number }> {
  const startedAt = performance.now();
  const answer = await ask(url);
  return { answer, ms: performance.now() - startedAt };
}

const isApp = async (url: string): Promise<boolean> => tally([await ask(url)]).app === 1;

describe("the forward of a stack", () => {
  let stack: TestStack;
  let url: string;
  let port: number;

  beforeAll(async () => {
    stack = await TestStack.create(serving);
    await stack.up();
    url = await stack.output("url");
    port = Number(new URL(url).port);
  });
  afterAll(() => stack.remove());

  const daemon = (): number => daemonPid(stateFolderOf(stack));

  /** Asks all the time while `fault` runs, until the app answers again, and for a second more. */
  async function askedDuring(fault: () => Promise<void>): Promise<Answer[]> {
    const stop = steadyRequests(url, perSecond);
    await sleep(1_000);
    const recovered = fault().then(() => eventually(() => isApp(url), recoverySeconds));
    await recovered.then(() => sleep(1_000)).finally(stop);
    expect(await recovered).toBe(true);
    return await stop();
  }

  async function containers(): Promise<string[]> {
    const pods = await objects<{ status: { containerStatuses: { containerID: string }[] } }>("pods", stack.namespace);
    return pods.flatMap(({ status }) => status.containerStatuses.map(({ containerID }) => containerID));
  }

  test.each([
    { what: "nothing", request: "" },
    { what: "a request", request: "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" },
  ])("gives back all that 2,000 connections took which sent $what and were dropped at once", async ({ request }) => {
    const pid = daemon();
    expect(await isApp(url)).toBe(true);
    const before = openDescriptors(pid);
    await openAndDrop(port, 2_000, request);
    expect(await eventually(() => isApp(url), recoverySeconds)).toBe(true);
    expect(await eventually(() => openDescriptors(pid) <= before + 5, recoverySeconds)).toBe(true);
    expect(daemon()).toBe(pid);
  });

  test("answers each request while the API server is killed and starts again, and then leads to the app", async (context) => {
    const apiServer = await sandboxPart("kube-apiserver");
    if (apiServer === undefined) return context.skip(onlySandbox);
    const [pid, before] = [daemon(), await containers()];
    const answers = await askedDuring(() => restartApiServer(apiServer, 5_000));
    const { app = 0, forwarder = 0, ...others } = tally(answers);
    expect(others).toEqual({});
    expect(app).toBeGreaterThan(perSecond / 2);
    expect(forwarder).toBeGreaterThan(perSecond);
    expect(answers.some(({ text }) => /API server \S+ can't be reached/.test(text))).toBe(true);
    expect(await containers()).toEqual(before);
    expect(daemon()).toBe(pid);
    expect(await shownForwards(stack)).toMatchObject([{ url, state: "forwarding" }]);
  });

  test("answers each request while the node's containerd is killed and starts again, and then leads to the app", async (context) => {
    const containerd = await sandboxPart("containerd");
    if (containerd === undefined) return context.skip(onlySandbox);
    const [pid, before] = [daemon(), await containers()];
    const answers = await askedDuring(() => restartContainerd(containerd, 3_000));
    const { app = 0, forwarder = 0, ...others } = tally(answers);
    expect(others).toEqual({});
    expect(app).toBeGreaterThan(perSecond / 2);
    expect(forwarder).toBeGreaterThan(perSecond);
    expect(await containers()).toEqual(before);
    expect(daemon()).toBe(pid);
  });

  test("answers each request within 5 s though the Pod's sandbox dies again and again", async (context) => {
    if ((await sandboxPart("containerd")) === undefined) return context.skip(onlySandbox);
    const pods = await objects<{ metadata: { uid: string } }>("pods", stack.namespace);
    const uid = pods[0]?.metadata.uid ?? "";
    for (let round = 0; round < rounds; round++) {
      const times: Promise<{ answer: Answer; ms: number }>[] = [];
      const timer = setInterval(() => times.push(timed(url)), 1000 / perSecond);
      await sleep(300);
      await stopPodSandbox(uid);
      await sleep(3_000);
      clearInterval(timer);
      const asked = await Promise.all(times);
      // One that the app had begun to answer is cut.
      const { app = 0, forwarder = 0, "0 ECONNRESET": cut = 0, ...others } = tally(asked.map(({ answer }) => answer));
      expect(others).toEqual({});
      expect(app + forwarder).toBeGreaterThan(10 * cut);
      const slowest = Math.max(...asked.map(({ ms }) => ms));
      console.log(
        `round ${round + 1}: ${app} of the app, ${forwarder} of the forwarder, slowest ${Math.round(slowest)} ms`,
      );
      expect(slowest).toBeLessThan(5_000);
      expect(await eventually(() => isApp(url), recoverySeconds)).toBe(true);
    }
  });

  // Comes last, as no app answers from then on.
  test("says in `up` and to clients which port of which Pod nothing listens on, though the Pod is Ready", async () => {
    stack.write(deaf);
    const { code, output } = await stack.tryUp();
    expect(code).not.toBe(0);
    const says = /does not answer from the Pod\. Pod (web-\S+) can't be reached on port 8080: .*connection refused/;
    const pod = says.exec(output)?.[1];
    expect(pod).toBeDefined();
    const answer = await ask(url);
    expect(tally([answer])).toEqual({ forwarder: 1 });
    expect(answer.text).toContain(`nothing listens on port 8080 inside Pod ${pod}`);
  });
});
