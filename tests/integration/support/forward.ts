import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { run } from "./run.ts";
import { repo, type TestStack } from "./stack.ts";

/** Where the forwards of a stack have their files. */
export function stateFolderOf(stack: TestStack): string {
  return join(stack.stateHome, "init-pod");
}

/** Process id of the daemon, as its own file says. */
export function daemonPid(folder: string): number {
  return (JSON.parse(readFileSync(join(folder, "daemon.json"), "utf8")) as { pid: number }).pid;
}

export function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

export interface ShownForward {
  url: string;
  state: string;
  problem?: string;
}

/** What `init-pod status` says of the forwards into the stack's namespace. */
export async function shownForwards(stack: TestStack): Promise<ShownForward[]> {
  const command = [join(repo, "components/dist/cli/main.js"), "status", "--json", "--namespace", stack.namespace];
  const { stdout } = await run(process.execPath, command, { env: stack.env });
  return (JSON.parse(stdout) as { forwards: ShownForward[] }).forwards;
}

/** Opens many connections, has each begin a request where there is one, and drops all of them at once. */
export async function openAndDrop(port: number, count: number, request = ""): Promise<void> {
  const sockets = await Promise.all(Array.from({ length: count }, () => open(port)));
  for (const socket of sockets) socket.write(request);
  await new Promise((resolve) => setImmediate(resolve));
  for (const socket of sockets) socket.destroy();
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.on("error", () => undefined);
  return socket;
}
