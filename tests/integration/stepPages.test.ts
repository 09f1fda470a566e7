import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bridgeAddress } from "../../sandbox/cluster/constants.ts";
import { blocksOf } from "../unit/claims/blocks.ts";
import { stackOf } from "./support/documented.ts";
import { images } from "./support/programs.ts";
import { kubectl, repo, type TestStack } from "./support/stack.ts";

const content = "<h1>a page of the tests</h1>";
const server = createServer((_request, response) => response.end(content));

/** Pages whose programs need more than a server; they have a test of their own. */
const elsewhere = ["gitClone", "migrate"];
const pages = [
  ...readdirSync(join(repo, "docs/steps"))
    .map((name) => name.replace(/\.md$/, ""))
    .filter((name) => !elsewhere.includes(name)),
  "secrets",
];
const pathOf = (page: string): string => (page === "secrets" ? "docs/secrets.md" : `docs/steps/${page}.md`);

/** The program of a page with what the sandbox has in the place of what the world has. */
function onSandbox(page: string, url: string): string {
  const [program = "", ...more] = blocksOf(pathOf(page), "ts");
  expect(more).toEqual([]);
  const image = { files: images.busybox, run: images.busybox };
  const kinds = [...program.matchAll(/\b(waitFor|download|credentials|files|run): \{/g)].map(([, kind = ""]) => kind);
  return [...new Set(kinds)]
    .reduce(
      (text, kind) =>
        text.replace(
          new RegExp(`(?<!image: "busybox:1.37.0",\\s*)\\b${kind}: \\{`, "g"),
          `image: "${(image as Record<string, string>)[kind] ?? images.curl}", ${kind}: {`,
        ),
      program,
    )
    .replace(/\{ (copyFromImage: \{[^}]*by: "volume")/g, `{ image: "${images.busybox}", $1`)
    .replace('"db:5432"', JSON.stringify(new URL(url).host))
    .replace("http://auth.shop.svc/healthz", url)
    .replace('name: "cache", namespace: "data"', 'name: "weather", namespace: "weather"')
    .replace(/https?:\/\/[\w-]+\.example\.com\/[\w./-]*/g, url)
    .replace(/0{64}/, createHash("sha256").update(content).digest("hex"))
    .replaceAll("nginxinc/nginx-unprivileged:1.29", images.unprivileged)
    .replaceAll("busybox:1.37.0", images.busybox)
    .replace(
      /container: \{(\s*)image: "registry\.example\.com[^"]*"/g,
      `container: {$1image: "${images.unprivileged}"`,
    );
}

describe("the programs of the pages about steps, as they stand there", () => {
  let stack: TestStack;
  let outputs: Record<string, Record<string, unknown>>;

  beforeAll(async () => {
    server.listen(0, bridgeAddress);
    await once(server, "listening");
    const url = `http://${bridgeAddress}:${(server.address() as AddressInfo).port}/`;
    stack = await stackOf(pages.map((page) => `export * as ${page} from "./${page}";\n`).join(""));
    for (const page of pages) writeFileSync(join(stack.project, `${page}.ts`), onSandbox(page, url));
    for (const [name, key] of [
      ["mail-api", "authorization"],
      ["upstream", "password"],
      ["releases", "authorization"],
      ["database", "admin"],
    ]) {
      await kubectl(["create", "secret", "generic", name ?? "", "-n", stack.namespace, `--from-literal=${key}=s3cret`]);
    }
    await kubectl(["create", "job", "migrate", "-n", stack.namespace, "--image", images.busybox, "--", "true"]);
    await stack.configure("licence", "s3cret-licence", "--secret");
    await stack.up();
    outputs = (await stack.outputs()) as typeof outputs;
  }, 300_000);
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await stack.remove();
  });

  test.each(pages)("run: %s", async (page) => {
    const [output] = Object.values(outputs[page] ?? {});
    expect(output).toBeDefined();
    if (typeof output === "string") expect((await fetch(output)).status).toBe(200);
    else expect(output).toEqual(expect.arrayContaining([expect.objectContaining({ exitCode: 0 })]));
  });

  test.each(pages.filter((page) => !["secrets", "waitFor"].includes(page)))(
    "log what the page shows: %s",
    async (page) => {
      const [shown = ""] = blocksOf(`docs/steps/${page}.md`, "text");
      const logs = await logsOf(page);
      const like = (text: string): string => text.replace(/\d+/g, "0");
      expect(shown.trim()).not.toBe("");
      for (const line of shown.trim().split("\n")) expect(like(logs)).toContain(like(line));
    },
  );

  /** Of all init containers of the page's Pod. */
  async function logsOf(page: string): Promise<string> {
    const [, name = ""] = /new InitPod\("([^"]+)"/.exec(blocksOf(pathOf(page), "ts")[0] ?? "") ?? [];
    const pods = await kubectl(["get", "pods", "-n", stack.namespace, "-o", "name"]);
    const pod = pods.split("\n").find((one) => one.startsWith(`pod/${name}-`)) ?? "";
    return await kubectl(["logs", "-n", stack.namespace, pod, "--all-containers", "--ignore-errors"]);
  }
});
