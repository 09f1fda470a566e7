import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { images, program } from "./support/programs.ts";
import { mustRun, run } from "./support/run.ts";
import { kubectl, repo, TestStack } from "./support/stack.ts";

const lastLine = 30;
/** A line each second, so that some come before, while and after the connection is away. */
const counting = program(`{
  init: [{ name: "count", image: "${images.busybox}", run: { script: "for n in $(seq ${lastLine}); do echo line $n.; sleep 1; done" } }],
  container: { image: "${images.unprivileged}", port: 8080 },
}`);

/** Each log line of the init container, as `up` showed it. */
function shownLines(output: string): number[] {
  const streamed = output.split("\nOutputs:")[0] ?? "";
  return [...streamed.matchAll(/count \| line (\d+)\./g)].map(([, number]) => Number(number));
}

const allLines = Array.from({ length: lastLine }, (_, index) => index + 1);

let stack: TestStack | undefined;
afterEach(async () => {
  await stack?.remove();
  stack = undefined;
});

/** Runs `up`, and `interrupt` once the init container has logged its fifth line. */
async function upWith(interrupt: () => Promise<void>): Promise<{ output: string; seconds: number }> {
  let interrupted: Promise<void> | undefined;
  let seen = "";
  const up = stack?.up({
    onOutput: (text) => {
      seen += text;
      if (seen.includes("| line 5.")) interrupted ??= interrupt();
    },
  });
  if (up === undefined) throw new Error("There is no stack.");
  const finished = await up;
  if (interrupted === undefined) throw new Error(`The fifth line was never shown:\n${finished.output}`);
  await interrupted;
  return finished;
}

/** Passes bytes to a server, and stops to do so for a while without closing anything, as a network that is cut does. */
class Link {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #isCut = false;

  constructor(port: number, host: string) {
    this.#server = createServer((near) => {
      const far = connect(port, host);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on("data", (chunk) => void to.write(chunk));
        from.on("end", () => to.end());
        from.on("error", () => to.destroy());
        from.on("close", () => this.#sockets.delete(from));
        if (this.#isCut) from.pause();
      }
    });
  }

  listen(): Promise<number> {
    return new Promise((resolve) =>
      this.#server.listen(0, "127.0.0.1", () => resolve((this.#server.address() as AddressInfo).port)),
    );
  }

  async cut(ms: number): Promise<void> {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.pause();
    await sleep(ms);
    this.#isCut = false;
    for (const socket of this.#sockets) socket.resume();
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

describe("`up` while an init container runs", () => {
  test("goes on after a connection that was cut for 20 s, with each log line once", async () => {
    const folder = mkdtempSync(join(tmpdir(), "init-pod-cut-"));
    const config = JSON.parse(await kubectl(["config", "view", "--raw", "--minify", "-o", "json"])) as {
      clusters: { cluster: { server: string } }[];
    };
    const cluster = config.clusters[0]?.cluster ?? { server: "" };
    const { hostname, port } = new URL(cluster.server);
    const link = new Link(Number(port || 443), hostname);
    const here = `https://127.0.0.1:${await link.listen()}`;
    cluster.server = here;
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, JSON.stringify(config));
    try {
      stack = await TestStack.create(counting, { env: { KUBECONFIG: kubeconfig } });
      const { output, seconds } = await upWith(() => link.cut(20_000));
      expect(output).toContain(here);
      expect(shownLines(output)).toEqual(allLines);
      expect(seconds).toBeLessThan(lastLine + 45);
      await stack.remove();
      stack = undefined;
    } finally {
      link.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("goes on after the API server was killed and started again, with each log line once", async (context) => {
    const sandbox = JSON.parse(
      (await run(process.execPath, [join(repo, "sandbox/main.ts"), "status", "--json"])).stdout,
    ) as {
      kubeconfig: string;
      parts: { name: string; pid?: number }[];
    };
    const pid = sandbox.parts.find(({ name }) => name === "kube-apiserver")?.pid;
    if (pid === undefined || !isSame(sandbox.kubeconfig, process.env.KUBECONFIG)) {
      context.skip("Only the sandbox's own API server is ours to kill.");
      return;
    }
    stack = await TestStack.create(counting);
    const { output, seconds } = await upWith(async () => {
      process.kill(pid, "SIGKILL");
      await sleep(3_000);
      await mustRun(process.execPath, [join(repo, "sandbox/main.ts"), "up"]);
    });
    expect(shownLines(output)).toEqual(allLines);
    expect(seconds).toBeLessThan(lastLine + 60);
    expect((await fetch(await stack.output("url"))).status).toBe(200);
  });
});

function isSame(file: string, other: string | undefined): boolean {
  return other !== undefined && readFileSync(file, "utf8") === readFileSync(other, "utf8");
}
