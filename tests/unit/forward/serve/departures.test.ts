import { connect, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { Departures } from "../../../../components/forward/serve/departures.ts";
import { delay } from "../../../../components/time/delay.ts";

/** The server's side of a connection, and what was told of its client. */
async function watched(
  read?: () => Promise<string[]>,
): Promise<{ client: Socket; told: string[]; again: () => () => void }> {
  const server = createServer({ allowHalfOpen: true });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
  const { port } = server.address() as { port: number };
  const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const socket = await accepted;
  onTestFinished(() => {
    client.destroy();
    socket.destroy();
  });
  const told: string[] = [];
  const ended = new Promise((resolve) => socket.once("end", resolve));
  socket.resume();
  client.end();
  await ended;
  const departures = new Departures(read);
  const again = (): (() => void) =>
    departures.watch(socket, { gone: () => told.push("gone"), unknown: () => told.push("unknown") });
  again();
  return { client, told, again };
}

test("tells nothing of a client that still reads, and that it is gone once it has closed", async () => {
  const { client, told } = await watched();
  await delay(200);
  expect(told).toEqual([]);
  client.destroy();
  await delay(1_300);
  expect(told).toEqual(["gone"]);
});

test("says that it can't tell where the system has no such table", async () => {
  const { told } = await watched(() => Promise.reject(new Error("ENOENT")));
  await delay(100);
  expect(told).toEqual(["unknown"]);
});

test("takes no other connection for the client's", async () => {
  const other = "  0: 0100007F:0001 0100007F:0002 05 0:0 0:0 0 0 0 0 1\n";
  const { told } = await watched(() => Promise.resolve([`head\n${other}`, "head\n"]));
  await delay(100);
  expect(told).toEqual([]);
});

test("looks the less often the larger the tables are, however many clients end one after the other", async () => {
  let looks = 0;
  let end = (): void => undefined;
  const { again } = await watched(() => {
    looks++;
    end();
    return Promise.resolve(["x".repeat(300_000)]);
  });
  for (let client = 0; client < 10; client++) {
    end = again();
    await delay(50);
  }
  expect(looks).toBeGreaterThan(1);
  expect(looks).toBeLessThan(5);
});

test("does not look for a client whose connection has ended before", async () => {
  let looks = 0;
  const { again } = await watched(() => {
    looks++;
    return Promise.resolve([]);
  });
  again()();
  await delay(100);
  expect(looks).toBe(0);
});
