import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { daemonOf, eventually, filesBelow, listens } from "./support/machine.ts";
import { program, weatherArgs } from "./support/programs.ts";
import { mustRun } from "./support/run.ts";
import { objects, repo, TestStack } from "./support/stack.ts";

describe("a daemon that was killed before `destroy`", () => {
  let first: TestStack;
  let second: TestStack;

  const forwards = () => filesBelow(first.stateHome).filter((file) => file.endsWith(".forward.json"));

  async function leaveFileBehind(): Promise<void> {
    await first.up();
    const port = Number(new URL(await first.output("url")).port);
    const daemon = daemonOf(first.stateHome);
    if (daemon === undefined) throw new Error("no daemon runs");
    process.kill(daemon.pid, "SIGKILL");
    await first.destroy();
    expect(await objects("pods,services", first.namespace)).toEqual([]);
    expect(await listens(port)).toBe(false);
    expect(forwards()).toHaveLength(1);
  }

  beforeAll(async () => {
    first = await TestStack.create(program(weatherArgs));
    second = await TestStack.create(program(weatherArgs), { env: { XDG_STATE_HOME: first.stateHome } });
  });
  afterAll(async () => {
    await second.remove();
    await first.remove();
  });

  test("leaves one file, which the next `up` of another stack removes", async () => {
    await leaveFileBehind();
    await second.up();
    expect(await eventually(() => forwards().length === 1, 5)).toBe(true);
    await second.destroy();
    expect(await eventually(() => forwards().length === 0, 5)).toBe(true);
  });

  test("leaves one file, which `init-pod status` removes", async () => {
    await leaveFileBehind();
    const status = [join(repo, "components/dist/cli/main.js"), "status", "--namespace", first.namespace];
    await mustRun(process.execPath, status, { env: first.env });
    expect(forwards()).toEqual([]);
    rmSync(first.stateHome, { recursive: true, force: true });
  });
});
