import { expect, test } from "vitest";
import { parseTcpTable, readTcpTables, TcpState } from "../../../../components/forward/sockets/tcpTable.ts";

test("reads the ends, the state, the counters and the holder of each socket", () => {
  const table = [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
    "   0: 0100007F:4E20 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4242 1",
    "  12: 0100007F:AA2A 0200007F:8A01 01 00000001:00000000 01:000000D2 0000000B     0        3 7655929 2 0 326 0 0 1 -1",
    "",
  ].join("\n");
  expect(parseTcpTable(table)).toEqual([
    {
      localAddress: "0100007F",
      localPort: 20_000,
      remoteAddress: "00000000",
      remotePort: 0,
      state: TcpState.listen,
      retransmits: 0,
      unansweredProbes: 0,
      uid: "1000",
      inode: "4242",
    },
    {
      localAddress: "0100007F",
      localPort: 43_562,
      remoteAddress: "0200007F",
      remotePort: 35_329,
      state: "01",
      retransmits: 11,
      unansweredProbes: 3,
      uid: "0",
      inode: "7655929",
    },
  ]);
});

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

test("where the kernel has no IPv6, the sockets of IPv4 are read all the same, and without Linux none", async () => {
  const only = (files: Record<string, string>) => async (path: string) =>
    await (files[path] === undefined ? Promise.reject(failure("ENOENT")) : Promise.resolve(files[path]));
  expect(await readTcpTables(only({ "/proc/net/tcp": "rows" }))).toEqual(["rows", ""]);
  await expect(readTcpTables(only({}))).rejects.toThrow("ENOENT");
  const full = async (path: string) =>
    await (path.endsWith("6") ? Promise.reject(failure("EMFILE")) : Promise.resolve("rows"));
  await expect(readTcpTables(full)).rejects.toThrow("EMFILE");
});
