import { images, program, weatherArgs } from "../tests/integration/support/programs.ts";
import { run } from "../tests/integration/support/run.ts";
import { kubectl, TestStack } from "../tests/integration/support/stack.ts";
import { type Camera } from "./browser.ts";
import { recorded } from "./terminal.ts";

/** One picture of the documentation, made from a real run. */
export interface Scene {
  /** What it shows, for the list. */
  summary: string;
  /** Its file in docs/. */
  file: string;
  shoot(camera: Camera, file: string): Promise<void>;
}

const columns = 112;
const terminalWidth = 1_100;
const up = "pulumi up --yes --skip-preview";

/** A stack named as a user would, with what the sandbox needs. */
async function withStack(text: string, work: (stack: TestStack) => Promise<void>): Promise<void> {
  await kubectl(["delete", "namespace", "shop", "--ignore-not-found"]);
  const stack = await TestStack.create(text, { projectName: "shop", namespace: "shop" });
  try {
    await work(stack);
  } finally {
    await stack.remove();
  }
}

async function shot(camera: Camera, stack: TestStack, line: string, file: string): Promise<void> {
  const html = await recorded(line, columns, { cwd: stack.project, env: stack.env });
  await camera.take({ html }, { width: terminalWidth, selector: "body" }, file);
}

const failing = program(`{
  init: [
    { name: "prepare", image: "${images.busybox}", run: { script: "echo preparing; sleep 1" } },
    { name: "fetch", image: "${images.curl}", download: { url: "http://prices.shop.svc/today.json", to: "/usr/share/nginx/html/index.html", attempts: 2 } },
    { name: "check", image: "${images.busybox}", run: { script: "test -s /usr/share/nginx/html/index.html" } },
  ],
  container: { image: "${images.unprivileged}", port: 8080 },
  service: {},
}`);

const slow = program(`{
  init: [
    { name: "fetch-data", image: "${images.busybox}", run: { script: "for part in 1 2 3; do echo fetching part $part of 3; sleep 1; done" } },
    { name: "migrate-schema", image: "${images.busybox}", run: { script: "for file in 001 002 003; do echo applying $file.sql; done; sleep 60" } },
  ],
  container: { image: "${images.unprivileged}", port: 8080 },
  service: {},
}`);

/** While an `up` waits for the second step. */
async function withPage(work: (url: string, stack: TestStack) => Promise<void>): Promise<void> {
  await withStack(slow, async (stack) => {
    let text = "";
    let arrived: (() => void) | undefined;
    const atWork = new Promise<void>((resolve) => (arrived = resolve));
    const ended = stack.tryUp({
      onOutput: (part) => {
        text += part;
        if (text.includes("applying 003.sql")) arrived?.();
      },
    });
    await Promise.race([atWork, ended]);
    const { stdout } = await run("init-pod", ["status", "-n", stack.namespace, "--json"], { env: stack.env });
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(stdout)?.[0];
    if (url === undefined) throw new Error(`No URL to look at:\n${text}\n${stdout}`);
    await work(url, stack);
    await run("kubectl", ["delete", "pods", "--all", "--force", "-n", stack.namespace]);
    await ended;
  });
}

export const scenes: readonly Scene[] = [
  {
    summary: "the init container tutorial as one `up`",
    file: "start.png",
    shoot: async (camera, file) =>
      await withStack(program(weatherArgs), async (stack) => {
        await shot(camera, stack, `${up} && curl $(pulumi stack output url)`, file);
      }),
  },
  {
    summary: "an `up` that ends on one error",
    file: "failure.png",
    shoot: async (camera, file) =>
      await withStack(failing, async (stack) => {
        await shot(camera, stack, up, file);
      }),
  },
  {
    summary: "`init-pod status` while a step runs",
    file: "status.png",
    shoot: async (camera, file) =>
      await withPage(async (_, stack) => {
        await shot(camera, stack, "init-pod status -n shop", file);
      }),
  },
  {
    summary: "the page of a Pod that gets ready",
    file: "page.png",
    shoot: async (camera, file) =>
      await withPage(async (url) => {
        await camera.take({ url }, { width: 760 }, file);
      }),
  },
  {
    summary: "the same on a phone, in dark mode",
    file: "page-phone.png",
    shoot: async (camera, file) =>
      await withPage(async (url) => {
        await camera.take({ url }, { width: 390, isDark: true }, file);
      }),
  },
];
