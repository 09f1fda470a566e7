import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { parseListeners, portOwner } from "../../../../components/forward/client/portOwner.ts";
import { freePort } from "../helpers";

test.runIf(process.platform === "linux")(
  "names a Node.js program by its executable, not by what the kernel calls its main thread",
  async () => {
    const port = await freePort();
    const script = `require("node:net").createServer().listen(${port}, "127.0.0.1", () => console.log("listens"))`;
    const program = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void program.kill());
    await once(program.stdout, "data");
    expect(portOwner(port)).toBe(`node (process ${program.pid})`);
  },
);

test("says nothing of a port that nobody listens on", async () => {
  expect(portOwner(await freePort())).toBeUndefined();
});

test("finds listening sockets in /proc/net/tcp", () => {
  const table = [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
    "   0: 0100007F:4E20 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4242 1",
    "   1: 0100007F:4E20 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1000        0 4243 1",
  ].join("\n");
  expect(parseListeners(table, 20_000)).toEqual([{ inode: "4242", uid: "1000" }]);
});
