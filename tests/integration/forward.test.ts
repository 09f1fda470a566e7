import { readFileSync, statSync } from "node:fs";
import { Agent, get } from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { daemonPid, openDescriptors, stateFolderOf } from "./support/forward.ts";
import { type Answer, ask, steadyRequests, tally } from "./support/load.ts";
import { daemonOf, eventually, filesBelow, listens } from "./support/machine.ts";
import { images, program } from "./support/programs.ts";
import { run } from "./support/run.ts";
import { kubectl, repo, TestStack } from "./support/stack.ts";

const secret = "s3cr3t-5ad0c1e9";
const perSecond = 50;
const command = [join(repo, "components/dist/cli/main.js")];
const mebibyte = 1024 * 1024;
const largeMebibytes = 256;
const largePath = "/large";
/** What nobody may get to see: whoever does was led to an init container. */
const trapText = "from the init container";

/** Listens on the app's port for some seconds, and shows in its log that a client would be answered. */
const trap = `
mkdir /tmp/trap
echo "${trapText}" > /tmp/trap/index.html
httpd -f -p 8080 -h /tmp/trap &
sleep 1
wget -qO- http://127.0.0.1:8080/
sleep 4
kill $!
`;

/** Serves its version and a large file. */
function serving(version: number, before = ""): string {
  const script = `${before}
cd /usr/share/nginx/html
dd if=/dev/zero of=.${largePath} bs=1M count=${largeMebibytes} 2>&1
echo "version ${version}" > index.html
`;
  return program(`{
  init: [{
    name: "prepare",
    image: "${images.busybox}",
    run: { script: ${JSON.stringify(script)}, writes: ["/usr/share/nginx/html/index.html"] },
  }],
  container: { image: "${images.unprivileged}", port: 8080 },
  service: {},
}`);
}

describe("the forward of a stack", () => {
  let stack: TestStack;
  let port: number;
  let url: string;
  /** While the first `up` ran: all answers to requests that name this machine, and those to others. */
  let early: Answer[];
  let foreign: Answer[];

  const stateFolder = (): string => stateFolderOf(stack);

  /** Before the first `up` has ended, the port stands in the forwarder's files alone. */
  async function untilListening(): Promise<void> {
    const isThere = await eventually(async () => {
      const file = filesBelow(stateFolder()).find((name) => name.endsWith(".forward.json"));
      if (file === undefined) return false;
      port = (JSON.parse(readFileSync(file, "utf8")) as { localPort: number }).localPort;
      return await listens(port);
    }, 60);
    if (!isThere) throw new Error("no forward has begun");
  }

  async function watchFirstUp(up: Promise<unknown>): Promise<void> {
    await untilListening();
    url = `http://127.0.0.1:${port}`;
    const stop = steadyRequests(url, 10);
    foreign = await Promise.all(
      ["text/plain", "text/html", "application/json"].map((accept) =>
        ask(url, { headers: { host: `rebound.example:${port}`, accept } }),
      ),
    );
    await up.catch(() => undefined);
    early = await stop();
  }

  beforeAll(async () => {
    stack = await TestStack.create(serving(1, trap));
    await stack.configure("token", secret, "--secret");
    const up = stack.up();
    await Promise.all([up, watchFirstUp(up)]);
  });
  afterAll(() => stack.remove());

  test("answers by itself as soon as there is a Pod, says what the Pod does, and then leads to the app", async () => {
    expect(await stack.output("url")).toBe(url);
    const { app = 0, forwarder = 0, ...others } = tally(early);
    expect(others).toEqual({});
    expect(forwarder).toBeGreaterThan(10);
    expect(app).toBeGreaterThan(0);
    expect(early.some(({ text }) => /Pod web-\S+ runs init step prepare/.test(text))).toBe(true);
    expect((await ask(url)).text).toBe("version 1\n");
  });

  test("never leads to an init container, though one listens on the app's port", async () => {
    const { initLogs } = await stack.outputs();
    expect(JSON.stringify(initLogs)).toContain(trapText);
    expect(early.filter(({ text }) => text.includes(trapText))).toEqual([]);
  });

  test("tells nothing of the cluster to a page whose host name was made to point here", async () => {
    const podName = await stack.output("podName");
    expect(foreign.map(({ status }) => status)).toEqual([421, 421, 421]);
    for (const word of [podName, stack.namespace, "web", "prepare"]) {
      expect(JSON.stringify(foreign)).not.toContain(word);
    }
  });

  test("is private: on 127.0.0.1 alone, its files for their owner, its process without anything of Pulumi's", () => {
    expect(listeningAddresses(port)).toEqual(["0100007F"]);
    expect(statSync(stateFolder()).mode & 0o777).toBe(0o700);
    const files = filesBelow(stateFolder());
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) expect(statSync(file).mode & 0o777, file).toBe(0o600);
    const daemon = daemonOf(stack.stateHome);
    expect(daemon?.pid).toBe(daemonPid(stateFolder()));
    expect(Object.keys(daemon?.environment ?? {}).filter((name) => name.startsWith("PULUMI_"))).toEqual([]);
    expect(JSON.stringify(daemon)).not.toContain(secret);
  });

  test("gives back all that 500 connections took which were dropped at once", async () => {
    const pid = daemonPid(stateFolder());
    await ask(url);
    const before = openDescriptors(pid);
    await Promise.all(Array.from({ length: 500 }, () => connectAndDrop(port)));
    expect(await eventually(() => openDescriptors(pid) <= before + 5, 5)).toBe(true);
    expect(tally([await ask(url)])).toEqual({ app: 1 });
    expect(daemonPid(stateFolder())).toBe(pid);
  });

  test("needs little memory for a client that reads nothing, and serves another one meanwhile", async () => {
    const pid = daemonPid(stateFolder());
    const stalled = stalledRequest(port);
    try {
      let most = 0;
      const end = performance.now() + 5_000;
      while (performance.now() < end) {
        most = Math.max(most, residentBytes(pid));
        await sleep(50);
      }
      expect(most / mebibyte).toBeLessThanOrEqual(100);
      expect(await download(url + largePath)).toBe(largeMebibytes * mebibyte);
      expect(stalled.destroyed).toBe(false);
    } finally {
      stalled.destroy();
    }
  });

  test.each([
    { version: 2, clients: "with a connection for each request", agent: () => false as const },
    { version: 3, clients: "on one that is kept", agent: () => new Agent({ keepAlive: true, maxSockets: 1 }) },
  ])("fails no request while `up` replaces the Pod, $clients", async ({ version, agent }) => {
    const pod = await stack.output("podName");
    stack.write(serving(version));
    const stop = steadyRequests(url, perSecond, { agent: agent() });
    await stack.up();
    const answers = await stop();
    const { app = 0, ...others } = tally(answers);
    expect(others).toEqual({});
    expect(app).toBeGreaterThan(2 * perSecond);
    expect(answers.at(-1)?.text).toBe(`version ${version}\n`);
    expect(await stack.output("podName")).not.toBe(pod);
  });

  test("is down for `init-pod status` once its daemon was killed, and up again on its port after the next `up`", async () => {
    const pid = daemonPid(stateFolder());
    process.kill(pid, "SIGKILL");
    const status = [...command, "status", "--json", "--namespace", stack.namespace];
    const { stdout } = await run(process.execPath, status, { env: stack.env });
    expect((JSON.parse(stdout) as { forwards: unknown[] }).forwards).toMatchObject([{ url, state: "down" }]);
    await stack.up();
    expect(await stack.output("url")).toBe(url);
    expect(tally([await ask(url)])).toEqual({ app: 1 });
    expect(daemonPid(stateFolder())).not.toBe(pid);
  });

  // Comes last, so that it is about a daemon that was revived and found the forward's file there.
  test("answers each request though the Pod is deleted by hand, and leads to the one that the next `up` makes", async () => {
    const pod = await stack.output("podName");
    const stop = steadyRequests(url, perSecond);
    await sleep(1_000);
    await kubectl(["delete", "pod", pod, "-n", stack.namespace]);
    // Longer than the time after which a forward ends whose stack gave its Pod up.
    await sleep(5_000);
    const shown = await run(process.execPath, [...command, "status", "--json", "--namespace", stack.namespace], {
      env: stack.env,
    });
    expect(shown.code).toBe(3);
    expect(JSON.parse(shown.stdout)).toMatchObject({ healthy: false, forwards: [{ url, problem: { kind: "noPod" } }] });
    const { app = 0, forwarder = 0, ...others } = tally(await stop());
    expect(others).toEqual({});
    expect(app).toBeGreaterThan(perSecond / 2);
    expect(forwarder).toBeGreaterThan(3 * perSecond);
    await stack.up();
    expect(await stack.output("url")).toBe(url);
    expect(await stack.output("podName")).not.toBe(pod);
    expect(tally([await ask(url)])).toEqual({ app: 1 });
  });

  test("goes with the stack, though its Pod was deleted by hand before", async () => {
    await kubectl(["delete", "pod", await stack.output("podName"), "-n", stack.namespace]);
    await sleep(5_000);
    expect(await listens(port)).toBe(true);
    await stack.destroy();
    expect(await eventually(() => filesBelow(stateFolder()).length === 0, 10)).toBe(true);
    expect(await listens(port)).toBe(false);
  });
});

/** Addresses, in the kernel's hexadecimal notation, on which anything listens on a port. */
function listeningAddresses(port: number): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const listening = new RegExp(`^ *\\d+: ([0-9A-F]+):${hexPort} \\S+ 0A `, "gm");
  return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) =>
    [...readFileSync(table, "utf8").matchAll(listening)].map(([, address = ""]) => address),
  );
}

function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}

function connectAndDrop(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve();
    });
    socket.on("error", reject);
  });
}

/** Asks for the large file and takes nothing of it. */
function stalledRequest(port: number): Socket {
  const socket = connect(port, "127.0.0.1");
  socket.pause();
  socket.write(`GET ${largePath} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
  return socket;
}

/** Counts the bytes of a file without keeping them. */
function download(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      let bytes = 0;
      response.on("data", (chunk: Buffer) => (bytes += chunk.length));
      response.on("error", reject);
      response.on("end", () => resolve(bytes));
    }).on("error", reject);
  });
}
