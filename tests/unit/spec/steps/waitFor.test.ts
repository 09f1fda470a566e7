import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { EnvVar } from "../../../../components/spec/environment";
import { leavesOf } from "../../../../components/spec/manifest/leaves.ts";
import type { Container } from "../../../../components/spec/steps/plan.ts";
import { type WaitFor, waitFor } from "../../../../components/spec/steps/waitFor.ts";
import { selfSigned } from "../../../integration/support/certificate.ts";
import { run, start } from "../kubelet.ts";
import { fixes, inStep } from "../problems.ts";

const needed = ["sh", "curl"].every((tool) => spawnSync("which", [tool]).status === 0);

let server: Server;
let address: string;
let requests: IncomingMessage[];
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
  requests = [];
  answer = (response) => response.end();
  server = createServer((request, response) => {
    requests.push(request);
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function container(value: WaitFor): Container {
  const leaves = leavesOf({ container: { image: "app" } }, (text) => new Error(text));
  return waitFor({ timeoutSeconds: 3, intervalSeconds: 0.1, ...value }).container("init[0].waitFor", leaves);
}

/** A port on which nothing listens, and how to change that. */
async function freePort(): Promise<{ port: number; listen: () => void }> {
  const found = createTcpServer();
  await new Promise<void>((resolve) => found.listen(0, "127.0.0.1", resolve));
  const { port } = found.address() as AddressInfo;
  await new Promise((resolve) => found.close(resolve));
  return {
    port,
    listen: () => {
      // It accepts, and says nothing.
      const silent = createTcpServer(() => undefined).listen(port, "127.0.0.1");
      onTestFinished(() => void silent.close());
    },
  };
}

describe.skipIf(!needed)("a wait for a port", () => {
  test("ends once it accepts connections, and says what it saw until then", async () => {
    const { port, listen } = await freePort();
    const { ended } = start(container({ tcp: `127.0.0.1:${port}` }));
    await sleep(700);
    listen();
    const { code, log } = await ended;
    expect(code, log).toBe(0);
    expect(log).toMatch(
      new RegExp(`^waiting for tcp 127\\.0\\.0\\.1:${port}: Failed to connect.* \\(0 of 3 s\\)\n`, "m"),
    );
    expect(log).toMatch(new RegExp(`^tcp 127\\.0\\.0\\.1:${port}: it accepts connections, after \\d s$`, "m"));
    // What is seen again is not told again at once.
    expect(log.match(/^waiting/gm)).toHaveLength(1);
  });

  test("sends nothing", async () => {
    const received: string[] = [];
    const listening = createTcpServer((socket) => void socket.on("data", (data) => received.push(data.toString())));
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void listening.close());
    const { code } = await run(container({ tcp: `127.0.0.1:${(listening.address() as AddressInfo).port}` }));
    expect(code).toBe(0);
    expect(received).toEqual([]);
  });

  test("gives up with 124 when its time is over, and says what it saw last", async () => {
    const { port } = await freePort();
    const { code, log } = await run(container({ tcp: `127.0.0.1:${port}`, timeoutSeconds: 1 }));
    expect(code).toBe(124);
    expect(log).toMatch(/^gave up waiting for tcp 127\.0\.0\.1:\d+ after [12] s, last seen: Failed to connect/m);
  });

  test("names a host that does not exist", async () => {
    const { code, log } = await run(container({ tcp: "no-such-host.invalid:80", timeoutSeconds: 1 }));
    expect(code).toBe(124);
    expect(log).toContain("Could not resolve host: no-such-host.invalid");
  });
});

describe.skipIf(!needed)("a wait for an HTTP answer", () => {
  const http = (more: Partial<WaitFor["http"]> = {}): Container =>
    container({ http: { url: `${address}/up`, ...more } });

  test("ends with any success, and says which status it saw before", async () => {
    answer = (response) => response.writeHead(requests.length < 3 ? 503 : 204).end();
    const { code, log } = await run(http());
    expect(code, log).toBe(0);
    expect(log).toContain(`waiting for http ${address}/up: HTTP 503 (0 of 3 s)\n`);
    expect(log).toMatch(/: HTTP 204, after \d s$/m);
  });

  test("takes the wanted status and no other, and follows no redirect", async () => {
    answer = (response) => response.writeHead(requests.length < 2 ? 200 : 302, { location: "/other" }).end();
    const { code, log } = await run(http({ status: 302 }));
    expect(code, log).toBe(0);
    expect(requests.map(({ url }) => url)).toEqual(["/up", "/up"]);
  });

  test("gives up in time where no answer comes, however long a try or a pause would be", async () => {
    answer = () => undefined;
    const before = performance.now();
    const { code, log } = await run(container({ http: { url: address }, timeoutSeconds: 1, intervalSeconds: 30 }));
    expect(code).toBe(124);
    expect(log).toContain("Operation timed out");
    expect(performance.now() - before).toBeLessThan(5_000);
    answer = (response) => response.writeHead(503).end();
    expect((await run(container({ http: { url: address }, timeoutSeconds: 1, intervalSeconds: 30 }))).code).toBe(124);
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  test("sends headers, from Secrets too, and shows none of them, nor the query or the user of its address", async () => {
    const { port } = server.address() as AddressInfo;
    const one = container({
      http: {
        url: `http://ada:hunter1@127.0.0.1:${port}/up?token=hunter2#hunter3`,
        headers: { "X-Quote": 'a"b\\c', "X-Dollar": "$(INIT_POD_URL) $HOME" },
        secretHeaders: { Authorization: { secret: "s", key: "k" } },
      },
    });
    const { code, log } = await run(one, { "s/k": "Bearer hunter4\n" });
    expect(code, log).toBe(0);
    expect(requests[0]?.headers).toMatchObject({
      "x-quote": 'a"b\\c',
      "x-dollar": "$(INIT_POD_URL) $HOME",
      authorization: "Bearer hunter4",
    });
    expect(log).not.toContain("hunter");
    expect(log).toContain(`http http://127.0.0.1:${port}/up: HTTP 200`);
  });

  test("goes at once when it is told to", async () => {
    answer = (response) => response.writeHead(503).end();
    const { process, ended } = start(container({ http: { url: address }, timeoutSeconds: 60, intervalSeconds: 30 }));
    await sleep(500);
    const before = performance.now();
    process.kill("SIGTERM");
    expect((await ended).code).toBe(143);
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});

test.skipIf(!needed)(
  "a wait for an answer trusts the authorities that it is given, and goes through a proxy",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "init-pod-wait-"));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    const { certificate, key } = await selfSigned(folder);
    const secure = createSecureServer({ cert: certificate, key }, (_, response) => response.end());
    await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void secure.close());
    const url = `https://127.0.0.1:${(secure.address() as AddressInfo).port}/`;
    const timeoutSeconds = 1;
    const alone = await run(container({ http: { url }, timeoutSeconds }));
    expect(alone.log).toMatch(/certificate/);
    const trusting = container({ http: { url, ca: certificate }, timeoutSeconds });
    const env = (trusting.env as EnvVar[]).map((one) =>
      one.name === "INIT_POD_CA" ? { ...one, value: join(folder, "certificate.pem") } : one,
    );
    expect((await run({ ...trusting, env })).code).toBe(0);
    const proxied = await run(container({ http: { url: "http://nowhere.invalid/", proxy: address } }));
    expect(proxied.code, proxied.log).toBe(0);
    expect(requests.map((request) => request.url)).toEqual(["http://nowhere.invalid/"]);
  },
);

describe("the arguments of a wait", () => {
  test.each([
    [{}, "init[0].waitFor"],
    [{ tcp: "db:1", http: { url: "http://x/" } }, "init[0].waitFor"],
    [{ tcp: "db" }, "init[0].waitFor.tcp"],
    [{ tcp: "db:0" }, "init[0].waitFor.tcp"],
    [{ tcp: "tcp://db:5432" }, "init[0].waitFor.tcp"],
    [{ tcp: "fd00::1:5432" }, "init[0].waitFor.tcp"],
    [{ tcp: "db:5432\n" }, "init[0].waitFor.tcp"],
    [{ http: {} }, "init[0].waitFor.http.url"],
    [{ http: { url: "db:5432" } }, "init[0].waitFor.http.url"],
    [{ http: { url: "http://x/", status: 600 } }, "init[0].waitFor.http.status"],
    [{ tcp: "db:1", timeoutSeconds: 0 }, "init[0].waitFor.timeoutSeconds"],
    [{ tcp: "db:1", intervalSeconds: -1 }, "init[0].waitFor.intervalSeconds"],
    [{ http: { url: "http://x/", headers: { A: "b\nc" } } }, "init[0].waitFor.http.headers.A"],
  ])("%j are refused by their field", (value, field) => {
    expect(inStep({ waitFor: value })).toEqual([field]);
  });

  test.each(["db:5432", "db.shop.svc.cluster.local:65535", "10.0.0.1:1", "[fd00::1]:5432"])("%s is fine", (tcp) => {
    expect(inStep({ waitFor: { tcp } })).toEqual([]);
  });

  test("have the defaults that their documentation names", () => {
    const leaves = leavesOf({ container: { image: "app" } }, (text) => new Error(text));
    const { env } = waitFor({ http: { url: "http://x/" } }).container("init[0].waitFor", leaves);
    expect(env).toEqual([
      { name: "INIT_POD_URL", value: "http://x/" },
      { name: "INIT_POD_STATUS", value: "2xx" },
      { name: "INIT_POD_TIMEOUT_SECONDS", value: "300" },
      { name: "INIT_POD_INTERVAL_SECONDS", value: "2" },
    ]);
  });

  test("are refused where the app could see their Secret", () => {
    const key = { secret: "s", key: "k" };
    const http = { url: "http://x/", secretHeaders: { Authorization: key } };
    const args = { init: [{ waitFor: { http } }], container: { image: "app", secretEnv: { TOKEN: key } } };
    expect(Object.keys(fixes(args))).toEqual(["init[0].waitFor.http.secretHeaders.Authorization"]);
  });

  test("say how to put it right", () => {
    const init = [{ waitFor: { tcp: "db" } }];
    expect(fixes({ init })["init[0].waitFor.tcp"]).toContain("HOST:PORT, such as db:5432");
  });

  test("may not make it a sidecar, and tolerate no second attempt by themselves", () => {
    expect(inStep({ waitFor: { tcp: "db:1" }, sidecar: true })).toEqual(["init[0].sidecar"]);
    expect(waitFor({ tcp: "db:1" }).retries).toBe(0);
  });
});
