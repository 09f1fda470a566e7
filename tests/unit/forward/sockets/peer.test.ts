import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { peerAnswers } from "../../../../components/forward/sockets/peer.ts";
import { dist } from "../../builtPackage";

/** Sends so many bytes to a side that reads none, in a network of its own, and takes that network away. */
const script = `
const { execFileSync } = require("node:child_process");
const { once } = require("node:events");
const { connect, createServer } = require("node:net");
const { setTimeout: delay } = require("node:timers/promises");
const { peerAnswers } = require(process.argv[1]);
const loopback = (state) => execFileSync("ip", ["link", "set", "lo", state]);
void (async () => {
  loopback("up");
  const server = createServer((socket) => socket.pause()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect(server.address().port, "127.0.0.1");
  await once(client, "connect");
  client.write(Buffer.alloc(Number(process.argv[2])));
  await delay(3_000);
  const before = await peerAnswers(client);
  loopback("down");
  client.write("more");
  for (let waited = 0; waited < 20 && (await peerAnswers(client)) === true; waited++) await delay(1_000);
  console.log(JSON.stringify([before, await peerAnswers(client)]));
  process.exit();
})();
`;

// A bound to what the system keeps for a socket is some megabytes.
test.runIf(process.platform === "linux").each([
  { sent: "little, which the system takes for it", bytes: 100 },
  { sent: "more than the system takes for it", bytes: 64 * 1024 * 1024 },
])("tells a side that reads nothing from one that is gone, after $sent", { timeout: 60_000 }, async ({ bytes }) => {
  const peer = join(dist, "forward/sockets/peer.js");
  const inNetwork = ["--map-root-user", "--net", process.execPath, "-e", script, peer, String(bytes)];
  const { stdout } = await promisify(execFile)("unshare", inNetwork);
  expect(JSON.parse(stdout)).toEqual([true, false]);
});

test("does not know of a socket that the system does not list, nor where it lists none", async () => {
  expect(await peerAnswers({ localPort: 1, remotePort: 1 })).toBeUndefined();
  const noTables = (): Promise<string[]> => Promise.reject(new Error("ENOENT"));
  expect(await peerAnswers({ localPort: 1, remotePort: 1 }, noTables)).toBeUndefined();
});
