import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
// The daemon is a process of its own here: the built one, as `up` starts it.
import "../../builtPackage";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { beginForward, ensureForward } from "../../../../components/forward/client/ensure.ts";
import { ForwardFailedError, PortInUseError } from "../../../../components/forward/client/errors.ts";
import { PortClaims } from "../../../../components/forward/client/ports.ts";
import { reviveForwards, sweepForwards } from "../../../../components/forward/client/sweep.ts";
import {
  forwardKey,
  listDesired,
  readDesired,
  removeForward,
  writeDesired,
} from "../../../../components/forward/state/desired.ts";
import { StateFolderError } from "../../../../components/forward/state/errors.ts";
import { liveDaemon, releaseLock, takeLock } from "../../../../components/forward/state/lock.ts";
import { ownIdentity } from "../../../../components/forward/state/processIdentity.ts";
import { readRecord } from "../../../../components/forward/state/record.ts";
import { ask, fakeApi, httpApp, requestFor, tcpApp, temporaryFolder, until } from "../helpers";

const labels = { app: "web" };
/** Nothing listens on it, and no outgoing connection is given it. */
const unusedPort = 1;
let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
  vi.stubEnv("XDG_STATE_HOME", join(folder, ".."));
  onTestFinished(async () => {
    for (const { key } of listDesired(folder)) removeForward(folder, key);
    const pid = daemonPid();
    const end = (): unknown => pid !== 0 && pid !== process.pid && process.kill(pid, "SIGKILL");
    await until(() => liveDaemon(folder) === undefined, 3_000).catch(end);
    vi.unstubAllEnvs();
  });
});

async function cluster(appPort?: number) {
  const api = await fakeApi();
  const port = appPort ?? (await httpApp((request, response) => response.end(`app ${request.url ?? ""}`)));
  api.setPod({ name: "web-1", uid: "uid-1", labels, ready: true, appPort: port });
  return { api, request: await requestFor(api) };
}

function daemonPid(): number {
  return liveDaemon(folder)?.pid ?? 0;
}

test("proves the URL, and is quick when all is there", async () => {
  const { request } = await cluster();
  await ensureForward(request, { podUid: "uid-1" });
  expect((await ask(request.localPort, "/x")).body).toBe("app /x");
  const startedAt = performance.now();
  await ensureForward(request, { podUid: "uid-1" });
  // 100 ms are promised; a hang or a second start would take seconds.
  expect(performance.now() - startedAt).toBeLessThan(500);
});

test("leaves nothing behind when the stack is gone: no process, no file", async () => {
  const { api, request } = await cluster();
  await ensureForward(request);
  api.destroyPod("web-1");
  await until(() => !existsSync(folder), 5_000);
  expect(daemonPid()).toBe(0);
});

test("keeps secrets of the environment out of the daemon, and files from others", async () => {
  vi.stubEnv("PULUMI_CONFIG", '{"a:password":"hunter2"}');
  vi.stubEnv("SOME_TOKEN", "hunter2");
  vi.stubEnv("NODE_OPTIONS", "--no-warnings");
  const { request } = await cluster();
  await ensureForward(request);
  const environment = readFileSync(`/proc/${daemonPid()}/environ`, "utf8");
  expect(environment).not.toMatch(/hunter2|PULUMI|NODE_OPTIONS/);
  expect(environment).toContain("PATH=");
  expect(readFileSync(`/proc/${daemonPid()}/cmdline`, "utf8")).not.toContain("a-token");
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777, name).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test("starts a daemon that the end of a terminal does not reach, as it has a session of its own", async () => {
  const { request } = await cluster();
  await ensureForward(request);
  const sessionOf = (pid: number): number =>
    Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").pop()?.split(" ")[3]);
  expect(sessionOf(daemonPid())).toBe(daemonPid());
  expect(sessionOf(process.pid)).not.toBe(daemonPid());
});

test("revives a daemon that was killed, on the same port", async () => {
  const { request } = await cluster();
  await ensureForward(request);
  const first = daemonPid();
  process.kill(first, "SIGKILL");
  await until(() => liveDaemon(folder) === undefined);
  await ensureForward(request);
  expect(daemonPid()).not.toBe(first);
  expect((await ask(request.localPort)).status).toBe(200);
});

test("replaces a daemon that hangs, on the same port", async () => {
  const { request } = await cluster();
  await ensureForward(request);
  const first = daemonPid();
  process.kill(first, "SIGSTOP");
  const lines: string[] = [];
  await ensureForward(request, { podUid: "uid-1", report: (line) => lines.push(line) });
  expect(lines[0]).toContain(`The forwarder (process ${first}) did not answer any more`);
  expect(daemonPid()).not.toBe(first);
  expect((await ask(request.localPort)).status).toBe(200);
});

test("has the daemon list the Pods anew where its watch does not tell of the one that must answer", async () => {
  const { api, request } = await cluster();
  await ensureForward(request, { podUid: "uid-1" });
  const appPort = await httpApp((_request, response) => response.end("anew"));
  api.replaceUnheard("web-1", { name: "web-2", uid: "uid-2", labels, ready: true, appPort });
  await ensureForward(request, { podUid: "uid-2" });
  expect((await ask(request.localPort)).body).toBe("anew");
  expect(readdirSync(folder).filter((name) => name.endsWith(".question"))).toEqual([]);
});

test("removes what a killed daemon left of an InitPod whose Pod and Service are gone, at the next up of any stack and at any command", async () => {
  for (const next of [
    async () => {
      reviveForwards(folder);
      await Promise.resolve();
    },
    () => sweepForwards(folder),
  ]) {
    const { api, request } = await cluster();
    await ensureForward({ ...request, hasService: true });
    process.kill(daemonPid(), "SIGKILL");
    await until(() => liveDaemon(folder) === undefined);
    api.deletePod("web-1");
    await next();
    await until(() => !existsSync(folder) && liveDaemon(folder) === undefined, 6_000);
  }
});

test.each([
  ["its Service lives", true, true],
  ["nobody can tell whether its stack is gone", false, false],
])("keeps what a killed daemon left where the Pod is gone, and %s", async (_why, hasService, isThere) => {
  const { api, request } = await cluster();
  if (isThere) api.setService("web", labels);
  await ensureForward({ ...request, hasService });
  process.kill(daemonPid(), "SIGKILL");
  await until(() => liveDaemon(folder) === undefined);
  api.deletePod("web-1");
  await sweepForwards(folder);
  expect(readDesired(folder, forwardKey(request))).toBeDefined();
});

test("keeps what a killed daemon left where the Pod lives", async () => {
  const { request } = await cluster();
  await ensureForward(request);
  process.kill(daemonPid(), "SIGKILL");
  await until(() => liveDaemon(folder) === undefined);
  await sweepForwards(folder);
  expect(readDesired(folder, forwardKey(request))).toBeDefined();
});

test("gives way to a newer version within a second, and not to an older one", async () => {
  const { request } = await cluster();
  await ensureForward(request);
  const first = daemonPid();
  // Plays the newer daemon: takes the lock, and wants the port.
  const newer = { ...ownIdentity(), version: "99.0.0" };
  expect(takeLock(folder, { ...newer, version: "0.0.1" })).toBe(false);
  expect(takeLock(folder, newer)).toBe(true);
  await until(() => !existsSync(`/proc/${first}`), 1_000);
  await expect(ask(request.localPort)).rejects.toThrow("ECONNREFUSED");
  releaseLock(folder, newer);
  await ensureForward(request);
  expect((await ask(request.localPort)).status).toBe(200);
});

test("names who uses the port, and leaves no file", async () => {
  const { request } = await cluster();
  const localPort = await tcpApp((socket) => socket.destroy());
  const error = await ensureForward({ ...request, localPort }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(PortInUseError);
  expect((error as Error).message).toContain(`Local port ${localPort} is already used by`);
  expect((error as Error).message).toContain(`(process ${process.pid})`);
  expect((error as Error).message).toContain("forward.localPort");
  expect(listDesired(folder)).toEqual([]);
});

test("says what the daemon saw where nothing answers", async () => {
  const { request } = await cluster(unusedPort);
  const error = await ensureForward(request, { answerTimeoutMs: 500 }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ForwardFailedError);
  expect((error as Error).message).toContain("nothing listens on port 80 inside Pod web-1");
});

test("fails at once where port-forwarding is forbidden", async () => {
  const { api, request } = await cluster();
  api.refusal = { status: 403, message: "pods is forbidden" };
  const startedAt = performance.now();
  await expect(ensureForward(request)).rejects.toThrow("get and create on pods/portforward");
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test("proves the URL by the path that it is given, and warns of an answer that is no HTTP", async () => {
  const asked: string[] = [];
  const web = await cluster(await httpApp((request, response) => response.end(void asked.push(request.url ?? ""))));
  expect(await ensureForward(web.request, { path: "/healthz" })).toBeUndefined();
  expect(asked).toEqual(["/healthz"]);
  const appPort = await tcpApp((socket) =>
    socket.on("error", () => undefined).once("data", () => socket.end("-ERR\r\n")),
  );
  const { request } = await cluster(appPort);
  expect(await ensureForward({ ...request, id: "other" })).toContain("forward.protocol");
});

test("waits for an app that is slow at first for longer than for a port that is closed, and says so", async () => {
  const appPort = await httpApp((_, response) => void setTimeout(() => response.end(), 3_000));
  const { request } = await cluster(appPort);
  const lines: string[] = [];
  await ensureForward(request, { answerTimeoutMs: 100, report: (line) => lines.push(line) });
  expect(lines).toEqual([expect.stringMatching(/takes the connection and has not answered in 2/)]);
});

test("gives up a silent app at the deadline, and names what may help", async () => {
  const appPort = await tcpApp((socket) => socket.on("error", () => undefined));
  const { request } = await cluster(appPort);
  const ensured = ensureForward(request, { silenceTimeoutMs: 700 });
  await expect(ensured).rejects.toThrow(/no byte came back in .*timeoutSeconds.*"tcp"/);
});

test("explains an app that closes without an answer", async () => {
  const appPort = await tcpApp((socket) => socket.on("error", () => undefined).once("data", () => socket.end()));
  const { request } = await cluster(appPort);
  await expect(ensureForward(request, { answerTimeoutMs: 300 })).rejects.toThrow(/closed without an answer.*TLS/);
});

test("proves a tcp forward by a connection that stands", async () => {
  const appPort = await tcpApp((socket) => socket.on("error", () => undefined));
  const { request } = await cluster(appPort);
  await ensureForward({ ...request, protocol: "tcp" }, { podUid: "uid-1" });
  expect(readRecord(folder, forwardKey(request))?.reached).toBe("uid-1");
});

test("refuses a tcp forward where nothing listens", async () => {
  const { request } = await cluster(unusedPort);
  const ensured = ensureForward({ ...request, protocol: "tcp" }, { answerTimeoutMs: 500 });
  await expect(ensured).rejects.toThrow("nothing listens on port 80");
});

test("leads the port of an InitPod that has moved to its new Pod in another cluster", async () => {
  const { request: before } = await cluster();
  await ensureForward(before, { podUid: "uid-1" });
  const there = await fakeApi();
  const port = await httpApp((_request, response) => response.end("moved"));
  there.setPod({ name: "web-2", uid: "uid-2", labels, ready: true, appPort: port });
  const { localPort } = before;
  const request = await requestFor(there, { localPort, clusterUid: "another" });
  // Until the new Pod is Ready, the old one serves.
  beginForward(request);
  expect((await ask(localPort, "/x")).body).toBe("app /x");
  await ensureForward(request, { podUid: "uid-2" });
  expect((await ask(localPort)).body).toBe("moved");
  expect(listDesired(folder).map(({ forward }) => forward.server)).toEqual([there.url]);
});

test("refuses a state folder that others can write to", async () => {
  const { request } = await cluster();
  const { chmodSync } = await import("node:fs");
  chmodSync(folder, 0o777);
  await expect(ensureForward(request)).rejects.toThrow(StateFolderError);
});

test("gives each InitPod of a stack its own port, though all draw the same", async () => {
  const { request } = await cluster();
  const owners = Array.from({ length: 5 }, (_, index) => ({ ...request, id: `web-${index}` }));
  const claims = new PortClaims(folder);
  const ports = await Promise.all(owners.map((owner) => claims.choose(23_456, owner)));
  expect(new Set(ports).size).toBe(5);
  expect(await Promise.all(owners.map((owner, index) => claims.choose(ports[index] ?? 0, owner)))).toEqual(ports);
});

test("keeps a drawn port from others that draw, not from the InitPod that has kept it from an earlier up", async () => {
  const { request } = await cluster();
  const port = await new PortClaims(folder).choose(request.localPort, { id: "drawer" });
  expect(port).toBe(request.localPort);
  await ensureForward(request);
  expect((await ask(port)).status).toBe(200);
});

test("refuses a port that two InitPods of one stack name", async () => {
  const { request } = await cluster();
  const claims = new PortClaims(folder);
  await claims.assertFree(request.localPort, request);
  await expect(claims.assertFree(request.localPort, { id: "second" })).rejects.toThrow("another InitPod of this stack");
  // In the next deployment of this process, the first may be gone.
  await new PortClaims(folder).assertFree(request.localPort, { id: "second" });
});

test("chooses the next port where another InitPod's forward, or another program, has the drawn one", async () => {
  const { request } = await cluster();
  const claims = new PortClaims(folder);
  writeDesired(folder, { ...request, id: "other", localPort: 29_999 }, "1.0.0");
  expect(await claims.choose(29_999, { id: "a" })).toBe(20_000);
  await expect(claims.assertFree(29_999, request)).rejects.toThrow('the forward of InitPod "web"');
  const busy = await tcpApp((socket) => socket.destroy());
  await expect(claims.assertFree(busy, request)).rejects.toThrow(PortInUseError);
  expect(await claims.choose(busy, { id: "b" })).not.toBe(busy);
});
