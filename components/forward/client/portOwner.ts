import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { parseTcpTable, type TcpRow, TcpState } from "../sockets";
import { type RunTool, runTool } from "../state";

/** The process that listens on a local port, in words; `undefined` where it can't be seen, as with other users' processes. */
export function portOwner(port: number, platform = process.platform, run = runTool): string | undefined {
  try {
    if (platform === "linux") return ownerOnLinux(port);
    return platform === "win32" ? ownerOnWindows(port, run) : ownerByLsof(port, run);
  } catch {
    return undefined;
  }
}

function ownerOnLinux(port: number): string | undefined {
  const listeners = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) =>
    listenersIn(readFileSync(file, "utf8"), port),
  );
  const wanted = new Set(listeners.map(({ inode }) => `socket:[${inode}]`));
  if (wanted.size === 0) return undefined;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    if (openFiles(pid).some((file) => wanted.has(file))) return describe(commandOf(pid), pid);
  }
  const uid = listeners[0]?.uid;
  return uid === undefined ? undefined : `a process of user id ${uid}`;
}

/** Listening sockets on a port, from the text of `/proc/net/tcp` or `/proc/net/tcp6`. */
function listenersIn(table: string, port: number): TcpRow[] {
  return parseTcpTable(table).filter(({ localPort, state }) => localPort === port && state === TcpState.listen);
}

function openFiles(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return "";
      }
    });
  } catch {
    return [];
  }
}

/** What every Node.js program is called by the kernel, unless it gave itself a title. */
const nodeThread = "MainThread";

/** The name alone: arguments may hold secrets. */
function commandOf(pid: string): string {
  const name = readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  return name === nodeThread ? basename(readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, "")) : name;
}

function ownerByLsof(port: number, run: RunTool): string | undefined {
  const text = run("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"]);
  const [pid, command] = [/^p(\d+)/m.exec(text)?.[1], /^c(.+)/m.exec(text)?.[1]];
  return pid === undefined ? undefined : describe(command ?? "", pid);
}

function ownerOnWindows(port: number, run: RunTool): string | undefined {
  const pid = run("netstat", ["-ano", "-p", "TCP"])
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    // Without a remote end it listens; the word for that is in the language of the system.
    .find(([, local, remote]) => local?.endsWith(`:${port}`) && remote?.endsWith(":0"))
    ?.at(-1);
  if (pid === undefined) return undefined;
  const command = /^"([^"]+)"/.exec(run("tasklist", ["/NH", "/FO", "CSV", "/FI", `PID eq ${pid}`]))?.[1];
  return describe(command ?? "", pid);
}

function describe(command: string, pid: string): string {
  return command === "" ? `the process ${pid}` : `${command} (process ${pid})`;
}
