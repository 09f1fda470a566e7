import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { program, scriptArgs } from "./support/programs.ts";
import { TestStack } from "./support/stack.ts";

interface InitLog {
  exitCode?: number;
  log: string[];
}

describe("`initLogs` after a run with INIT_POD_WAIT=0", () => {
  const unwaiting = { env: { INIT_POD_WAIT: "0" } };
  const logs = async (): Promise<InitLog[]> => (await stack.outputs()).initLogs as InitLog[];
  let stack: TestStack;

  beforeAll(async () => {
    stack = await TestStack.create(program(scriptArgs("echo done", 'forward: { mode: "never" },')));
    await stack.up(unwaiting);
  });
  afterAll(() => stack.remove());

  test("is empty, and filled by the next run that waits", async () => {
    expect(await logs()).toEqual([]);
    await stack.up();
    expect(await logs()).toMatchObject([{ exitCode: 0, log: ["done"] }]);
  });

  test.each([
    ["waits", {}],
    ["does not wait", unwaiting],
  ])("stays as it is then, and shows no change, in a run that %s", async (_how, options) => {
    await stack.pulumi(["preview", "--expect-no-changes"], options);
    await stack.up(options);
    expect(await logs()).toMatchObject([{ exitCode: 0, log: ["done"] }]);
  });
});
