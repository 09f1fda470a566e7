import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { DaemonTiming } from "../../../../components/forward/daemon/daemon.ts";
import {
  forwardKey,
  type ForwardRequest,
  readDesired,
  removeForward,
} from "../../../../components/forward/state/desired.ts";
import { holdForward } from "../../../../components/forward/state/hold.ts";
import { readRecord } from "../../../../components/forward/state/record.ts";
import { delay } from "../../../../components/time/delay.ts";
import type { FakeApi } from "../fakeApi";
import { ask, fakeApi, freePort, httpApp, requestFor, runDaemon, temporaryFolder, until } from "../helpers";

const labels = { app: "web" };
const soon = { drop: 200, hold: 100, poll: 100 };

/** A daemon with one forward to the Pods `names`, of which all but the last are made first. */
async function forwarding(names: string[], more: Partial<ForwardRequest> = {}, timing: Partial<DaemonTiming> = {}) {
  const folder = temporaryFolder();
  const api = await fakeApi();
  const appPort = await httpApp((_request, response) => response.end("app"));
  for (const name of names) api.setPod({ name, uid: name, labels, ready: true, appPort });
  api.setService("web", labels);
  const request = await requestFor(api, more);
  const { ended } = runDaemon(folder, request, { ...soon, ...timing });
  const key = forwardKey(request);
  await until(() => readRecord(folder, key)?.listening === true);
  if (names.length > 0) await until(() => readRecord(folder, key)?.pod !== undefined);
  const isWanted = (): boolean => readDesired(folder, key) !== undefined;
  const withoutPodSince = (): string | undefined => readRecord(folder, key)?.withoutPodSince;
  return { folder, api, key, request, port: request.localPort, ended, isWanted, withoutPodSince };
}

/** Long enough for a forward that is given up to end. */
const whileMs = 5 * soon.drop;

describe("a forward whose Pod was deleted from outside the stack", () => {
  test("goes on to say so to clients, and in its record, and serves the Pod that the next `up` makes", async () => {
    const { api, port, isWanted, withoutPodSince } = await forwarding(["web-1"]);
    api.deletePod("web-1");
    await delay(whileMs);
    expect(isWanted()).toBe(true);
    expect(withoutPodSince()).toBeDefined();
    expect(await ask(port)).toMatchObject({
      status: 503,
      body: "No Pod of web exists. The next pulumi up makes it anew.\n",
    });
    const appPort = await httpApp((_request, response) => response.end("anew"));
    api.setPod({ name: "web-2", uid: "web-2", labels, ready: true, appPort });
    await until(() => withoutPodSince() === undefined);
    expect((await ask(port)).body).toBe("anew");
  });

  const ways: [string, (api: FakeApi) => void][] = [
    ["slowly", (api) => api.setPod({ name: "web-1", uid: "web-1", labels, ready: true, appPort: 1, deleting: true })],
    ["with its Service", (api) => api.deleteService("web")],
    ["after an `up` had cleaned up a failed one", (api) => api.destroyPod("web-0")],
  ];
  test.each(ways)("stays where it was deleted %s", async (_how, before) => {
    const { api, isWanted, withoutPodSince } = await forwarding(["web-0", "web-1"]);
    before(api);
    api.deletePod("web-0");
    api.deletePod("web-1");
    await until(() => withoutPodSince() !== undefined);
    await delay(whileMs);
    expect(isWanted()).toBe(true);
  });

  test("ends once the stack deletes the Service, the last thing that there is of it", async () => {
    const { api, ended, withoutPodSince } = await forwarding(["web-1"]);
    api.deletePod("web-1");
    await until(() => withoutPodSince() !== undefined);
    await until(() => api.requests.some((line) => line.includes("/services") && line.includes("watch=true")));
    api.destroyService("web");
    await ended;
  });

  test("ends with `stop`", async () => {
    const { api, folder, key, ended, withoutPodSince } = await forwarding(["web-1"]);
    api.deletePod("web-1");
    await until(() => withoutPodSince() !== undefined);
    removeForward(folder, key);
    await ended;
  });

  test("ends after days without a Pod, however often the daemon was started anew", async () => {
    const { folder, key, api, withoutPodSince } = await forwarding(["web-1"]);
    api.deletePod("web-1");
    await until(() => withoutPodSince() !== undefined);
    const record = readRecord(folder, key);
    const days = 24 * 60 * 60_000;
    const later = await forwarding([], {}, { forget: 7 * days });
    // As an earlier daemon left it.
    removeForward(later.folder, later.key);
    await later.ended;
    for (const [age, isKept] of [
      [6 * days, true],
      [8 * days, false],
    ] as const) {
      const place = temporaryFolder();
      const withoutPodSince = new Date(Date.now() - age).toISOString();
      writeFileSync(join(place, `${later.key}.record.json`), JSON.stringify({ ...record, withoutPodSince }));
      const { ended } = runDaemon(place, later.request, { ...soon, forget: 7 * days });
      if (!isKept) await ended;
      else await delay(whileMs);
      expect(readDesired(place, later.key) !== undefined).toBe(isKept);
    }
  });

  test("is asked for anew where no daemon ran for days: it goes on while nobody can tell, or an `up` is at work, and with a Pod", async () => {
    const { api, key, request } = await forwarding([]);
    await api.stop();
    const folder = temporaryFolder();
    const longAgo = { withoutPodSince: "2020-01-01T00:00:00.000Z" };
    writeFileSync(join(folder, `${key}.record.json`), JSON.stringify(longAgo));
    const isWanted = (): boolean => readDesired(folder, key) !== undefined;
    const localPort = await freePort();
    runDaemon(folder, { ...request, localPort }, soon);
    const release = holdForward(request, folder);
    await delay(whileMs);
    expect(isWanted()).toBe(true);
    await api.start(Number(new URL(request.server).port));
    await until(() => readRecord(folder, key)?.error === undefined);
    await delay(whileMs);
    expect(isWanted()).toBe(true);
    const appPort = await httpApp((_request, response) => response.end("anew"));
    api.setPod({ name: "web-2", uid: "web-2", labels, ready: true, appPort });
    await until(() => readRecord(folder, key)?.pod !== undefined);
    release();
    await delay(whileMs);
    expect((await ask(localPort)).body).toBe("anew");
    api.deletePod("web-2");
    await until(() => readRecord(folder, key)?.withoutPodSince !== undefined);
    expect(readRecord(folder, key)?.withoutPodSince).not.toBe(longAgo.withoutPodSince);
  });
});

describe("a forward whose stack gave its InitPod up", () => {
  test("ends where the Pod goes slowly, as the mark goes before it does", async () => {
    const { api, ended, isWanted } = await forwarding(["web-1"]);
    const pod = { name: "web-1", uid: "web-1", labels, ready: true, appPort: 1, deleting: true };
    api.setPod({ ...pod, finalizers: ["foregroundDeletion"] });
    api.setPod(pod);
    await delay(whileMs);
    expect(isWanted()).toBe(true);
    api.deletePod("web-1");
    await ended;
  });

  test("counts as one that lacks nothing, until it ends", async () => {
    const { api, folder, key, ended } = await forwarding(["web-1"], {}, { drop: 1000 });
    api.destroyPod("web-1");
    await until(() => readRecord(folder, key)?.pod === undefined);
    await delay(whileMs / 2);
    expect(readRecord(folder, key)).toMatchObject({ listening: true });
    expect(readRecord(folder, key)?.withoutPodSince).toBeUndefined();
    await ended;
  });

  test("ends where an earlier Pod, deleted by hand, goes last", async () => {
    const { api, ended } = await forwarding(["web-0", "web-1"]);
    api.setPod({ name: "web-0", uid: "web-0", labels, ready: true, appPort: 1, deleting: true });
    api.destroyPod("web-1");
    await delay(whileMs);
    api.deletePod("web-0");
    await ended;
  });

  test("ends though the daemon was away meanwhile, as its Service is gone as well", async () => {
    const { api, ended } = await forwarding([], { hasService: true });
    await until(() => api.requests.some((line) => line.includes("/services") && line.includes("watch=true")));
    api.destroyService("web");
    await ended;
    const folder = temporaryFolder();
    const request = await requestFor(api, { hasService: true });
    await runDaemon(folder, request, soon).ended;
  });
});
