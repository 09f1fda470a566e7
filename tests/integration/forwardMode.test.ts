import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { daemonOf, listens } from "./support/machine.ts";
import { images, program } from "./support/programs.ts";
import { TestStack } from "./support/stack.ts";

const args = (forward: string) => `{ container: { image: "${images.unprivileged}", port: 8080 }, forward: ${forward} }`;

describe("forward.mode", () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await TestStack.create(program(args("{}")));
  });
  afterAll(() => stack.remove());

  test.each(["CI", "PULUMI_CI_SYSTEM"])("auto forwards nothing where %s is set, and says so", async (variable) => {
    const { output } = await stack.up({ env: { [variable]: "true" } });
    const url = await stack.output("url");
    expect(output).toContain("Nothing forwards");
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await listens(Number(new URL(url).port))).toBe(false);
    expect(daemonOf(stack.stateHome)).toBeUndefined();
  });

  test("auto forwards where neither is set", async () => {
    await stack.up();
    expect((await fetch(await stack.output("url"))).status).toBe(200);
  });

  test("always forwards where CI is set", async () => {
    stack.write(program(args(`{ mode: "always" }`)));
    await stack.up({ env: { CI: "true" } });
    expect((await fetch(await stack.output("url"))).status).toBe(200);
  });

  test("never gives an empty url", async () => {
    stack.write(program(args(`{ mode: "never" }`)));
    await stack.up();
    expect(await stack.output("url")).toBe("");
  });
});
