import { parseTcpTable, readTcpTables } from "./tcpTable";

/**
 * So often in a row may the other side leave something unanswered: a packet or two get lost. The pause between two of them
 * doubles from 0.2 s on, so that this many take 1.4 s.
 */
const mostUnanswered = 2;

/**
 * Whether the system of the other side still answers, though its program may take nothing; `undefined` where it can't be
 * known.
 */
export async function peerAnswers(
  { localPort, remotePort }: { localPort?: number; remotePort?: number },
  read = readTcpTables,
): Promise<boolean | undefined> {
  const tables = await read().catch(() => []);
  const row = tables
    .flatMap(parseTcpTable)
    .find((candidate) => candidate.localPort === localPort && candidate.remotePort === remotePort);
  return row && row.retransmits <= mostUnanswered && row.unansweredProbes <= mostUnanswered;
}
