import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { images, program, weatherArgs } from "../tests/integration/support/programs.ts";
import { mustRun, run } from "../tests/integration/support/run.ts";
import { kubectl, TestStack } from "../tests/integration/support/stack.ts";
import { html } from "../tests/unit/cli/print/rendered.ts";
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

/** Markdown as GitHub shows it, with the first of what is folded open. */
function githubPage(markdown: string): string {
  const style = readFileSync(
    createRequire(import.meta.url).resolve("github-markdown-css/github-markdown-light.css"),
    "utf8",
  );
  const body = html(markdown).replace("<details>", "<details open>");
  return `<!doctype html><style>${style} body { margin: 0; padding: 24px }</style><article class="markdown-body">${body}</article>`;
}

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

/** As `change` has it once one is set. */
const changing = program(`{
  init: [
    { name: "fetch", image: "${images.busybox}", run: { script: "echo fetching" } },
    { name: "migrate", image: "${images.busybox}", run: { script: config.get("script") ?? "echo applying 001.sql" } },
  ],
  container: { image: config.get("image") ?? "${images.nginx}", port: 80, env: { LOG_LEVEL: "info" } },
  security: "image",
  service: {},
}`);

/** After an `up`, and after a change that is not applied. */
async function withChange(work: (stack: TestStack) => Promise<void>): Promise<void> {
  await withStack(changing, async (stack) => {
    await stack.up();
    await stack.configure("script", "echo applying 001.sql; echo applying 002.sql");
    await work(stack);
  });
}

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
    summary: "a preview that says what becomes of an InitPod",
    file: "preview.png",
    shoot: async (camera, file) =>
      await withChange(async (stack) => {
        await shot(camera, stack, "pulumi preview", file);
      }),
  },
  {
    summary: "the comment of the same preview on a pull request",
    file: "comment.png",
    shoot: async (camera, file) =>
      await withChange(async (stack) => {
        const { stdout } = await stack.pulumi(["preview", "--json", "--show-replacement-steps"]);
        const { stdout: comment } = await mustRun("init-pod", ["preview-comment"], { env: stack.env, input: stdout });
        await camera.take({ html: githubPage(comment) }, { width: 920 }, file);
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
