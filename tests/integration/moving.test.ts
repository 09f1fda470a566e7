import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { steadyRequests, tally } from "./support/load.ts";
import { eventually, listens } from "./support/machine.ts";
import { images, program } from "./support/programs.ts";
import { mustRun } from "./support/run.ts";
import { kubectl, objects, TestStack } from "./support/stack.ts";

interface Named {
  metadata: { name: string; uid: string };
}

/** Serves without an init step. */
const args = (more = ""): string => `{
  container: { image: "${images.unprivileged}", port: 8080 },
  service: {},
  ${more}
}`;

describe("an InitPod that moves", () => {
  let stack: TestStack;
  let url: string;
  let second: string;

  beforeAll(async () => {
    stack = await TestStack.create(program(args()));
    second = `${stack.namespace}-2`;
    await kubectl(["create", "namespace", second]);
    await stack.up();
    url = await stack.output("url");
  });
  afterAll(async () => {
    await stack.remove();
    await kubectl(["delete", "namespace", second, "--wait=false"]);
  });

  async function upUnderLoad(): Promise<Record<string, number>> {
    const stop = steadyRequests(url, 20);
    await stack.up();
    return tally(await stop());
  }

  async function uids(namespace: string): Promise<string[]> {
    return (await objects<Named>("pods", namespace)).map(({ metadata }) => metadata.uid);
  }

  test("to another namespace keeps its URL, and no request is lost", async () => {
    stack.write(program(args(`namespace: "${second}",`)));
    const { app = 0, ...others } = await upUnderLoad();
    expect(others).toEqual({});
    expect(app).toBeGreaterThan(20);
    expect(await stack.output("url")).toBe(url);
    expect(await uids(stack.namespace)).toEqual([]);
    expect(await stack.previewed()).toEqual({ same: expect.any(Number) as number });
  });

  test("and back, with a local port of its own, frees the one that it had", async () => {
    const before = Number(new URL(url).port);
    stack.write(program(args(`forward: { localPort: ${before + 1} },`)));
    await stack.up();
    url = await stack.output("url");
    expect(new URL(url).port).toBe(String(before + 1));
    expect((await fetch(url)).status).toBe(200);
    expect(await eventually(async () => !(await listens(before)), 5)).toBe(true);
  });

  test("to another name by an alias, and to another name of its stack, keeps its URL", async () => {
    const kept = await uids(stack.namespace);
    const renamed = program(args(), "", '{ aliases: [{ name: "web" }] }').replace('InitPod("web"', 'InitPod("shop"');
    stack.write(renamed.replace("service: {},", `service: {}, forward: { localPort: ${new URL(url).port} },`));
    await stack.up();
    expect(await stack.output("url")).toBe(url);
    await stack.pulumi(["stack", "rename", "other"]);
    const { app = 0, ...others } = await upUnderLoad();
    expect(others).toEqual({});
    expect(app).toBeGreaterThan(20);
    expect((await uids(stack.namespace)).length).toBe(kept.length);
  });

  test("leaves nothing behind when it goes", async () => {
    await stack.destroy();
    expect([...(await uids(stack.namespace)), ...(await uids(second))]).toEqual([]);
    expect(await eventually(async () => !(await listens(Number(new URL(url).port))), 10)).toBe(true);
  });
});

/** Runs stacks one after the other and side by side, all in one process, and prints what came of each. */
const driver = `
const { InlineProgramArgs, LocalWorkspace } = require("@pulumi/pulumi/automation");
const { InitPod } = require("init-pod");

const namespace = process.argv[2];
const program = (image) => async () => {
  const web = new InitPod("web", { container: { image, port: 8080 } });
  return { url: web.url, podName: web.podName };
};
const stackOf = async (stackName) => {
  const stack = await LocalWorkspace.createOrSelectStack({ stackName, projectName: "automation", program: program(process.argv[3]) });
  await stack.setConfig("kubernetes:namespace", { value: namespace });
  return stack;
};
const summary = ({ summary, outputs }) => ({ changes: summary.resourceChanges, pod: outputs.podName.value, url: outputs.url.value });

(async () => {
  const one = await stackOf("one");
  const results = [];
  const first = await one.up();
  results.push(summary(first), summary(await one.up()));
  const previewed = (await one.preview()).changeSummary;
  // A second stack of the process, while the first is updated.
  const two = await stackOf("two");
  const [again, other] = await Promise.all([one.up(), two.up()]);
  results.push(summary(again), summary(other));
  await one.destroy();
  results.push(summary(await two.up()));
  results.push(summary(await one.up()));
  await Promise.all([one.destroy(), two.destroy()]);
  console.log(JSON.stringify({ results, previewed }));
})();
`;

describe("stacks that one process drives by the Automation API", () => {
  let stack: TestStack;
  let results: { changes: Record<string, number>; pod: string; url: string }[];
  let previewed: Record<string, number>;

  beforeAll(async () => {
    stack = await TestStack.create(driver);
    const file = join(stack.project, "index.js");
    const argv = [file, stack.namespace, images.unprivileged];
    const { stdout } = await mustRun(process.execPath, argv, { cwd: stack.project, env: stack.env });
    ({ results, previewed } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as {
      results: typeof results;
      previewed: typeof previewed;
    });
  });
  afterAll(() => stack.remove());

  test("find nothing to change in a second update and preview, though the process knows of the first", () => {
    expect(Object.keys(results[1]?.changes ?? {})).toEqual(["same"]);
    expect(Object.keys(previewed)).toEqual(["same"]);
    expect(results[1]?.pod).toBe(results[0]?.pod);
  });

  test("don't meet each other's Pods and ports", () => {
    expect(Object.keys(results[2]?.changes ?? {})).toEqual(["same"]);
    expect(results[3]?.pod).not.toBe(results[2]?.pod);
    expect(results[3]?.url).not.toBe(results[2]?.url);
    expect(Object.keys(results[4]?.changes ?? {})).toEqual(["same"]);
  });

  test("make anew what was destroyed meanwhile", () => {
    expect(results[5]?.changes).toEqual({ create: expect.any(Number) as number });
    expect(results[5]?.pod).not.toBe(results[0]?.pod);
  });
});
