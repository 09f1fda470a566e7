import { chmodSync, closeSync, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { daemonPid, shownForwards, stateFolderOf } from "./support/forward.ts";
import { ask, tally } from "./support/load.ts";
import { daemonOf, eventually, filesBelow, listens, processesWith } from "./support/machine.ts";
import { OtherUser } from "./support/otherUser.ts";
import { holdPort } from "./support/portHolder.ts";
import { images, program } from "./support/programs.ts";
import { type Finished, mustRun, run } from "./support/run.ts";
import { objects, repo, TestStack } from "./support/stack.ts";

const needsRoot = "To mount a disk and to be another user takes root.";
/** What a small file takes on a tmpfs. */
const pageBytes = 4096;
const isRoot = process.getuid?.() === 0;

const serving = (more = ""): string =>
  program(`{ container: { image: "${images.unprivileged}", port: 8080 }, ${more} }`);

const two = program(
  `{ container: { image: "${images.unprivileged}", port: 8080 } }`,
  `new InitPod("second", { container: { image: "${images.unprivileged}", port: 8080 } });`,
);

const initPod = async (stack: TestStack, ...args: string[]): Promise<Finished> =>
  await run(process.execPath, [join(repo, "components/dist/cli/main.js"), ...args], { env: stack.env });

describe("the forward of a stack on a machine that it shares", () => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await TestStack.create(serving());
  });
  afterAll(() => stack.remove());

  test("is refused before anything is created where another program has the port, which is named", async () => {
    const port = await freePort();
    const holder = await holdPort(port);
    onTestFinished(() => holder.end());
    stack.write(serving(`forward: { localPort: ${port} }`));
    const { code, output } = await stack.tryUp();
    expect(code).not.toBe(0);
    expect(output).toContain(`Local port ${port} is already used by ${holder.called}`);
    expect(await objects("pods", stack.namespace)).toEqual([]);
    expect(filesBelow(stateFolderOf(stack))).toEqual([]);
  });

  test("names the program that took the port while the daemon was down, and has the port again after it", async () => {
    stack.write(two);
    await stack.up();
    const url = await stack.output("url");
    process.kill(daemonPid(stateFolderOf(stack)), "SIGKILL");
    const port = Number(new URL(url).port);
    expect(await eventually(async () => !(await listens(port)), 5)).toBe(true);
    const holder = await holdPort(port);
    try {
      expect(await shownForwards(stack)).toContainEqual(expect.objectContaining({ url, state: "down" }));
      const { code, output } = await stack.tryUp();
      expect(code).not.toBe(0);
      expect(output).toContain(`Local port ${port} is already used by ${holder.called}`);
    } finally {
      await holder.end();
    }
    await stack.up();
    expect(await stack.output("url")).toBe(url);
    expect(tally([await ask(url)])).toEqual({ app: 1 });
  });

  test("frees its port and ends its daemon when the state folder vanishes, and is back after the next `up`", async () => {
    const url = await stack.output("url");
    const port = Number(new URL(url).port);
    const pid = daemonPid(stateFolderOf(stack));
    rmSync(stateFolderOf(stack), { recursive: true });
    expect(await eventually(async () => !(await listens(port)), 10)).toBe(true);
    expect(await eventually(() => daemonOf(stack.stateHome) === undefined, 10)).toBe(true);
    await stack.up();
    expect(await stack.output("url")).toBe(url);
    expect(tally([await ask(url)])).toEqual({ app: 1 });
    expect(daemonPid(stateFolderOf(stack))).not.toBe(pid);
  });

  test("can neither be read nor steered by another user, whose own daemon runs beside it", async (context) => {
    if (!isRoot) return context.skip(needsRoot);
    const user = await OtherUser.create();
    onTestFinished(() => user.remove());
    const folder = stateFolderOf(stack);
    const pid = daemonPid(folder);
    // Left open, so that only what init-pod itself makes can keep anybody out.
    for (const parent of [stack.folder, stack.stateHome]) chmodSync(parent, 0o755);

    const tries = {
      enters: `fs.readdirSync(${JSON.stringify(folder)})`,
      ...Object.fromEntries(filesBelow(folder).map((file) => [file, `fs.readFileSync(${JSON.stringify(file)})`])),
      writes: `fs.writeFileSync(${JSON.stringify(join(folder, "x.forward.json"))}, "{}")`,
      deletes: `fs.rmSync(${JSON.stringify(join(folder, "daemon.json"))})`,
      signals: `process.kill(${pid}, "SIGTERM")`,
      "reads the environment": `fs.readFileSync("/proc/${pid}/environ")`,
      "reads memory": `fs.openSync("/proc/${pid}/mem")`,
    };
    const attempts = Object.entries(tries).map(([name, code]) => `attempt(${JSON.stringify(name)}, () => ${code});`);
    const results = await user.evaluate<Record<string, string>>(`
      const fs = require("node:fs");
      const results = {};
      function attempt(name, action) {
        try { action(); results[name] = "done"; } catch (error) { results[name] = error.code; }
      }
      attempt("reads a file that is open to all", () => fs.readdirSync(${JSON.stringify(stack.stateHome)}));
      ${attempts.join("\n")}
      console.log(JSON.stringify(results));`);
    const { "reads a file that is open to all": control, ...others } = results;
    expect(control).toBe("done");
    expect(Object.keys(others)).toHaveLength(attempts.length);
    for (const [name, result] of Object.entries(others)) expect(result, name).toMatch(/^(EACCES|EPERM)$/);

    const ours = ["forward", "web", "--namespace", stack.namespace];
    const intruding = await user.initPod(ours, { XDG_STATE_HOME: stack.stateHome });
    expect(intruding.code).toBe(1);
    expect(intruding.output).toContain("it belongs to user id 0, not to 65534");
    const competing = await user.initPod(ours);
    expect(competing.code).toBe(1);
    expect(competing.output).toMatch(/Local port \d+ is already used by a process of user id 0/);

    await initPod(stack, "stop", "second");
    const { code, output } = await user.initPod(["forward", "second", "--namespace", stack.namespace]);
    expect(output).toMatch(/http:\/\/127\.0\.0\.1:\d+ +\S+\/second +answers/);
    expect(code).toBe(0);
    expect(tally([await ask(/http:\S+/.exec(output)?.[0] ?? "")])).toEqual({ app: 1 });
    expect(tally([await ask(await stack.output("url"))])).toEqual({ app: 1 });
    expect(daemonOf(stack.stateHome)?.pid).toBe(pid);
    const other = daemonOf(user.stateHome)?.pid;
    expect(readFileSync(`/proc/${other}/status`, "utf8")).toMatch(/^Uid:\s+65534\s/m);
  });
});

describe("a state folder on a disk that is full", () => {
  let stack: TestStack;
  const filler = (): string => join(stack.stateHome, "filler");

  async function expectWholeFiles(): Promise<void> {
    let files: string[] = [];
    // One that is being written is there for a moment.
    const areWhole = await eventually(() => {
      files = filesBelow(stateFolderOf(stack));
      return !files.some((name) => name.endsWith(".tmp"));
    }, 5);
    expect(areWhole, files.join(", ")).toBe(true);
    for (const file of files.filter((name) => name.endsWith(".json"))) {
      expect(() => JSON.parse(readFileSync(file, "utf8")) as unknown, file).not.toThrow();
    }
  }

  beforeAll(async () => {
    stack = await TestStack.create(serving());
  });
  afterAll(async () => {
    await run("umount", ["--lazy", stack.stateHome]);
    await stack.remove();
  });

  test("fails `up` with one error that names it, and leaves nothing half-written; with space again `up` works", async (context) => {
    if (!isRoot) return context.skip(needsRoot);
    await mustRun("mount", ["-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", stack.stateHome]);
    fill(filler());
    const { code, output } = await stack.tryUp();
    expect(code).not.toBe(0);
    const folder = stateFolderOf(stack);
    expect(output).toContain(`The state folder ${folder} can't be used: its disk is full. To fix it: make space there`);
    expect(output.split("Diagnostics:")[1]?.match(/its disk is full/g)).toHaveLength(1);
    expect(filesBelow(folder)).toEqual([]);
    expect(daemonOf(stack.stateHome)).toBeUndefined();
    rmSync(filler());
    await stack.up();
    expect(tally([await ask(await stack.output("url"))])).toEqual({ app: 1 });
  });

  test("that gets full later disturbs no forward, and no `up` that changes nothing", async (context) => {
    if (!isRoot) return context.skip(needsRoot);
    fill(filler());
    await stack.up();
    expect(tally([await ask(await stack.output("url"))])).toEqual({ app: 1 });
    await expectWholeFiles();
    rmSync(filler());
  });

  // The files that a forward takes are, in this order, what is wanted, who holds it, who is the daemon, what it did.
  test.for([1, 3])(
    "is named by `init-pod forward` too, whichever file has no room (room for %i)",
    async (files, context) => {
      if (!isRoot) return context.skip(needsRoot);
      await initPod(stack, "stop");
      // The daemon tidies up after it: what it gives back later would be room for more files.
      expect(await eventually(() => filesBelow(stateFolderOf(stack)).length === 0, 10)).toBe(true);
      fill(filler(), files);
      const { code, output } = await initPod(stack, "forward", "--namespace", stack.namespace);
      expect(output).toContain(`The state folder ${stateFolderOf(stack)} can't be used: its disk is full.`);
      expect(code).toBe(1);
      await expectWholeFiles();
      rmSync(filler());
      expect((await initPod(stack, "forward", "--namespace", stack.namespace)).output).toContain("answers");
      expect(tally([await ask(await stack.output("url"))])).toEqual({ app: 1 });
    },
  );
});

describe("two stacks that `up` at the same moment with one state folder", () => {
  test("share one daemon, and both URLs answer", async () => {
    const first = await TestStack.create(serving());
    onTestFinished(() => first.remove());
    const second = await TestStack.create(serving(), { env: { XDG_STATE_HOME: first.stateHome } });
    onTestFinished(() => second.remove());
    await Promise.all([first.up(), second.up()]);
    const urls = await Promise.all([first.output("url"), second.output("url")]);
    expect(new Set(urls).size).toBe(2);
    expect(tally(await Promise.all(urls.map((url) => ask(url))))).toEqual({ app: 2 });
    const daemons = processesWith("XDG_STATE_HOME", first.stateHome);
    expect(daemons.map(({ pid }) => pid)).toEqual([daemonPid(stateFolderOf(first))]);
  });
});

/** Writes to a file until its disk has room for no more than so many small ones. */
function fill(file: string, roomForFiles = 0): void {
  const descriptor = openSync(file, "w");
  let size = 0;
  try {
    for (;;) size += writeSync(descriptor, Buffer.alloc(pageBytes));
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe("ENOSPC");
    ftruncateSync(descriptor, size - roomForFiles * pageBytes);
  } finally {
    closeSync(descriptor);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
