import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { EnvVar } from "../../../../components/spec/environment";
import { leavesOf } from "../../../../components/spec/manifest/leaves.ts";
import { type Download, download } from "../../../../components/spec/steps/download.ts";
import type { Container } from "../../../../components/spec/steps/plan.ts";
import { selfSigned } from "../../../integration/support/certificate.ts";
import { run, start } from "../kubelet.ts";

const content = "hello";
const contentSum = createHash("sha256").update(content).digest("hex");
const needed = ["sh", "curl", "sha256sum"].every((tool) => spawnSync("which", [tool]).status === 0);

let server: Server;
let address: string;
let folder: string;
let file: string;
let requests: IncomingMessage[];
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  requests = [];
  answer = (response) => response.end(content);
  server = createServer((request, response) => {
    requests.push(request);
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = mkdtempSync(join(tmpdir(), "init-pod-download-"));
  file = join(folder, "site", "index.html");
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

function container(value: Partial<Download> = {}): Container {
  const leaves = leavesOf({ container: { image: "app" } }, (text) => new Error(text));
  return download({ url: `${address}/page`, to: file, attempts: 1, ...value }).container("init[0].download", leaves);
}

function nothingLeft(): boolean {
  return !existsSync(file) && !existsSync(`${file}.part`);
}

function allCommandLines(): string {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(commandLine).join("\n");
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return ""; // It has ended since.
  }
}

describe.skipIf(!needed)("a download", () => {
  test("saves the file with its permissions and leaves nothing beside it", async () => {
    const { code, log } = await run(container({ mode: "0640" }));

    expect(code, log).toBe(0);
    expect(readFileSync(file, "utf8")).toBe(content);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(join(folder, "site"))).toEqual(["index.html"]);
    expect(log).toContain(`saved ${file}`);
  });

  test("saves an empty answer as an empty file", async () => {
    answer = (response) => response.end();

    expect((await run(container())).code).toBe(0);
    expect(readFileSync(file, "utf8")).toBe("");
  });

  test("fails with 22 on an error page and keeps nothing of it", async () => {
    answer = (response) => response.writeHead(404).end("not found");

    const { code, log } = await run(container());

    expect(code).toBe(22);
    expect(log).toContain("404");
    expect(nothingLeft()).toBe(true);
  });

  test("tries again what can pass", async () => {
    answer = (response) => (requests.length < 2 ? response.writeHead(503).end() : response.end(content));

    expect((await run(container({ attempts: 2 }))).code).toBe(0);
    expect(requests).toHaveLength(2);
  });

  test("waits a second before its second try, two before its third, and does not repeat what can't pass", async () => {
    const times: number[] = [];
    answer = (response) => {
      times.push(performance.now());
      response.writeHead(times.length < 3 ? 503 : 404).end();
    };

    expect((await run(container({ attempts: 9 }))).code).toBe(22);
    expect(times.slice(1).map((time, at) => Math.floor((time - (times[at] ?? 0)) / 900))).toEqual([1, 2]);
  });

  test("fails with 28 when it takes too long", async () => {
    answer = () => undefined;

    expect((await run(container({ timeoutSeconds: 1 }))).code).toBe(28);
  });

  test("accepts a fitting checksum in capitals and refuses another one", async () => {
    expect((await run(container({ sha256: contentSum.toUpperCase() }))).code).toBe(0);
    rmSync(file);

    const { code, log } = await run(container({ sha256: "0".repeat(64) }));

    expect(code).toBe(1);
    expect(log).toContain(`expected ${"0".repeat(64)}, got ${contentSum}`);
    expect(nothingLeft()).toBe(true);
  });

  test("that runs again keeps a file whose checksum fits", async () => {
    await run(container({ sha256: contentSum }));

    const { code, log } = await run(container({ sha256: contentSum }));

    expect(code).toBe(0);
    expect(log).toContain("already there");
    expect(requests).toHaveLength(1);
  });

  test("that runs again replaces a file it can't check", async () => {
    await run(container());
    writeFileSync(file, "old");

    await run(container());

    expect(readFileSync(file, "utf8")).toBe(content);
  });

  test("sends each header exactly as it was given", async () => {
    const value = `a "quoted" \\ $(INIT_POD_URL) $$ \`id\` 'x' ; # --output /x`;
    const headers = { "X-One": value };
    const secretHeaders = { Authorization: { secret: "token", key: "t" } };

    const { code, log } = await run(container({ headers, secretHeaders }), { "token/t": 'Bearer s3cr"et\\\n' });

    expect(code, log).toBe(0);
    expect(requests[0]?.headers).toMatchObject({ "x-one": value, authorization: 'Bearer s3cr"et\\' });
  });

  test("refuses a secret header that would carry a second line", async () => {
    const secretHeaders = { Authorization: { secret: "token", key: "t" } };

    const { code, log } = await run(container({ secretHeaders }), { "token/t": `x"\noutput = "${folder}/evil` });

    expect(code).toBe(1);
    expect(log).toContain("the value of header Authorization contains a line break");
    expect(log).not.toContain("evil");
    expect(requests).toHaveLength(0);
  });

  test("takes brackets, braces and quotes in an address literally", async () => {
    expect((await run(container({ url: `${address}/a[1-3]{b,c}"?q=$(HOME)$$` }))).code).toBe(0);

    expect(requests.map(({ url }) => url)).toEqual(['/a[1-3]{b,c}"?q=$(HOME)$$']);
  });

  test("follows a redirect", async () => {
    answer = (response) =>
      requests.length < 2 ? response.writeHead(302, { location: "/other" }).end() : response.end(content);

    expect((await run(container())).code).toBe(0);
    expect(readFileSync(file, "utf8")).toBe(content);
  });

  test("does not follow a redirect from https to http", async () => {
    const { certificate, key } = await selfSigned(folder);
    const secure = createSecureServer({ cert: certificate, key }, (_request, response) =>
      response.writeHead(302, { location: `${address}/page` }).end(),
    );
    onTestFinished(() => void secure.close());
    await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
    const url = `https://127.0.0.1:${(secure.address() as AddressInfo).port}/`;
    const { env = [], ...one } = container({ url });
    const trust = { name: "CURL_CA_BUNDLE", value: join(folder, "certificate.pem") };

    const { code, log } = await run({ ...one, env: [...(env as EnvVar[]), trust] });

    expect(code, log).toBe(1);
    expect(log).toContain('Protocol "http" not supported');
    expect(requests).toHaveLength(0);
  });

  test("does not take a secret header of its own kind along a redirect", async () => {
    answer = (response) => response.writeHead(302, { location: "/other" }).end();
    const secretHeaders = { "X-Token": { secret: "token", key: "t" } };

    expect((await run(container({ secretHeaders }), { "token/t": "x" })).code).toBe(47);
    expect(requests).toHaveLength(1);
    expect(nothingLeft()).toBe(true);
  });

  test("shows no address and no header in any process's arguments", async () => {
    let commandLines = "";
    answer = (response) => {
      commandLines = allCommandLines();
      response.end(content);
    };
    const url = `${address}/page?appid=key-in-address`;

    await run(
      container({
        url,
        headers: { "X-Note": "note-in-header" },
        secretHeaders: { Authorization: { secret: "token", key: "t" } },
      }),
      {
        "token/t": "token-in-secret",
      },
    );

    expect(commandLines).toContain("--write-out");
    expect(commandLines).not.toMatch(/key-in-address|note-in-header|token-in-secret/);
  });

  test("ends at once when the Pod is deleted", async () => {
    const asked = new Promise<void>((resolve) => (answer = () => resolve()));
    const { process, ended } = start(container());
    await asked;

    process.kill("SIGTERM");

    expect((await ended).code).toBe(143);
    expect(nothingLeft()).toBe(true);
  });
});
