import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { portOwner } from "../../../../components/forward/client/portOwner.ts";
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
