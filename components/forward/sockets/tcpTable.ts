import { readFile } from "node:fs/promises";

/** States of a socket, as the kernel numbers them (include/net/tcp_states.h). */
export const TcpState = { finWait1: "04", finWait2: "05", timeWait: "06", listen: "0A", closing: "0B" } as const;

/** A row of `/proc/net/tcp` or `/proc/net/tcp6` (https://docs.kernel.org/networking/proc_net_tcp.html). */
export interface TcpRow {
  /** Hexadecimal, as the kernel writes it. */
  localAddress: string;
  localPort: number;
  remoteAddress: string;
  remotePort: number;
  state: string;
  /** How often in a row what was sent last was sent again, as nobody has confirmed it. */
  retransmits: number;
  /** How many questions in a row, whether the other side takes more, were not answered. */
  unansweredProbes: number;
  uid: string;
  /** `"0"` where no process holds it. */
  inode: string;
}

export function parseTcpTable(text: string): TcpRow[] {
  return text
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields.length >= 10)
    .map(([, local = "", remote = "", state = "", , , retransmits = "", uid = "", probes = "", inode = ""]) => {
      const [localAddress, localPort] = endOf(local);
      const [remoteAddress, remotePort] = endOf(remote);
      return {
        localAddress,
        localPort,
        remoteAddress,
        remotePort,
        state,
        retransmits: Number.parseInt(retransmits, 16),
        unansweredProbes: Number(probes),
        uid,
        inode,
      };
    });
}

function endOf(text: string): [address: string, port: number] {
  const [address = "", port = ""] = text.split(":");
  return [address, Number.parseInt(port, 16)];
}

/** The tables of this machine. Rejects where there are none: they are Linux's. */
export async function readTcpTables(
  read = async (path: string): Promise<string> => await readFile(path, "latin1"),
): Promise<string[]> {
  const ofIpv6 = read("/proc/net/tcp6").catch((error: unknown) => {
    // A kernel without IPv6 has none.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  });
  return await Promise.all([read("/proc/net/tcp"), ofIpv6]);
}
