import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { daemonOf, eventually, filesBelow, listens } from "./support/machine.ts";
import { consumers, program, weatherArgs } from "./support/programs.ts";
import { kubectl, objects, TestStack } from "./support/stack.ts";

interface InitLog {
  container: string;
  exitCode: number;
  log: string[];
}

describe("the tutorial", () => {
  let stack: TestStack;
  let streamed = "";

  beforeAll(async () => {
    stack = await TestStack.create(program(weatherArgs, consumers));
    streamed = (await stack.up()).output;
  });
  afterAll(() => stack.remove());

  test("the URL answers with what the weather service logged for this very init container", async () => {
    const page = await (await fetch(await stack.output("url"))).text();
    const { request } = JSON.parse(page) as { request: string };
    const [pod] = await objects<{ status: { podIP: string } }>("pods", stack.namespace);
    const served = await kubectl(["logs", "-n", "weather", "deployment/weather", "--tail=-1"]);
    const line = served.split("\n").find((text) => text.includes(request));
    expect(line).toBeDefined();
    expect(line).toContain(pod?.status.podIP);
  });

  test("initLogs has one entry, with exit code 0 and the container's real last lines", async () => {
    const { initLogs } = (await stack.outputs()) as { initLogs: InitLog[] };
    const [pod] = await objects<{ metadata: { name: string } }>("pods", stack.namespace);
    const log = await kubectl(["logs", "-n", stack.namespace, pod?.metadata.name ?? "", "-c", "download"]);
    expect(initLogs).toMatchObject([{ container: "download", exitCode: 0, restarts: 0 }]);
    expect(initLogs[0]?.log.length).toBeGreaterThan(0);
    expect(log.trimEnd().split("\n").slice(-20)).toEqual(initLogs[0]?.log);
  });

  test("`up` streamed the init container's log and named the cluster", async () => {
    const { initLogs } = (await stack.outputs()) as { initLogs: InitLog[] };
    for (const line of initLogs[0]?.log ?? []) expect(streamed).toContain(`download | ${line}`);
    expect(streamed).toMatch(/Cluster: context "[^"]+", server https:/);
  });

  test("a preview after it shows no change, with consumers of every output", async () => {
    const { same, ...changes } = await stack.previewed("--diff");
    expect(changes).toEqual({});
    expect(same).toBeGreaterThan(6);
    await stack.pulumi(["preview", "--diff", "--expect-no-changes"]);
  });

  test("a second `up` changes nothing", async () => {
    const before = await stack.outputs();
    await stack.pulumi(["up", "--yes", "--skip-preview", "--expect-no-changes"]);
    expect(await stack.outputs()).toEqual(before);
  });

  test("a changed url replaces the Pod alone, and the same local URL serves the new data", async () => {
    const url = await stack.output("url");
    const before = await (await fetch(url)).text();
    await stack.configure("url", "http://weather.weather.svc/changed");
    const { stdout } = await stack.pulumi(["preview", "--json", "--diff"]);
    const { steps } = JSON.parse(stdout) as { steps: { op: string; urn: string }[] };
    const changed = steps.filter(({ op }) => op !== "same").map(({ urn }) => urn.split("::").pop());
    expect([...new Set(changed)].sort()).toEqual(["uses-init-logs", "uses-pod-name", "web"]);
    await stack.up();
    expect(await stack.output("url")).toBe(url);
    const after = await (await fetch(url)).text();
    expect(after).not.toBe(before);
    expect(after).toContain('"place":"changed"');
  });

  test("within 5 s of the end of `destroy` nothing is left: no Pod, Service, listener, daemon or file", async () => {
    const port = Number(new URL(await stack.output("url")).port);
    expect(daemonOf(stack.stateHome)).toBeDefined();
    expect(await listens(port)).toBe(true);
    await stack.destroy();
    expect(await objects("pods,services", stack.namespace)).toEqual([]);
    const gone = await eventually(async () => !(await listens(port)) && daemonOf(stack.stateHome) === undefined, 5);
    expect(gone).toBe(true);
    expect(filesBelow(stack.stateHome).filter((file) => !file.endsWith(".log"))).toEqual([]);
  });
});
