import { Duplex } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { PodSession } from "../../../../components/forward/tunnel/podSession.ts";

describe("what the clients of a session send", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "setImmediate"] }));
  afterEach(() => void vi.useRealTimers());

  test("leaves at once where the last packet was of one client", () => {
    const { session, packets } = opened();
    session.write(3, Buffer.from("a"));
    vi.advanceTimersByTime(0);
    session.write(7, Buffer.from("b"));
    vi.advanceTimersByTime(0);
    expect(packets).toEqual(["a", "b"]);
  });

  test("is gathered for a millisecond where the last packet was of several, until one is of one client again", () => {
    const { session, packets } = opened();
    session.write(3, Buffer.from("a"));
    session.write(7, Buffer.from("b"));
    vi.advanceTimersByTime(0);
    expect(packets).toEqual(["ab"]);

    session.write(3, Buffer.from("c"));
    vi.advanceTimersByTime(0);
    expect(packets).toEqual(["ab"]);
    session.write(7, Buffer.from("d"));
    vi.advanceTimersByTime(1);
    expect(packets).toEqual(["ab", "cd"]);

    session.write(3, Buffer.from("e"));
    vi.advanceTimersByTime(1);
    session.write(3, Buffer.from("f"));
    vi.advanceTimersByTime(0);
    expect(packets).toEqual(["ab", "cd", "e", "f"]);
  });
});

describe("a session whose node fell silent", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "setImmediate", "performance"] }));
  afterEach(() => void vi.useRealTimers());

  const pass = (seconds: number): void => {
    for (let passed = 0; passed < seconds; passed++) {
      vi.advanceTimersByTime(1_000);
      vi.advanceTimersByTime(0);
    }
  };

  test("ends 10 s after it was asked for a sign of life, though its clients go on sending", () => {
    const { session, socket } = opened();
    for (let seconds = 0; seconds < 14; seconds++) {
      session.write(3, Buffer.from("a"));
      pass(1);
    }
    expect(socket.destroyed).toBe(false);
    pass(2);
    expect(socket.destroyed).toBe(true);
  });

  test("lives as long as anything is heard, or what waits to be sent leaves", () => {
    const { session, socket } = opened({ writeMs: 1_000 });
    for (let seconds = 0; seconds < 60; seconds++) session.write(3, Buffer.from("a"));
    pass(55);
    expect(socket.destroyed).toBe(false);
    const ping = Buffer.from([0x80, 3, 0, 6, 0, 0, 0, 4, 0, 0, 0, 1]);
    for (let seconds = 0; seconds < 30; seconds++) {
      socket.emit("data", ping);
      pass(1);
    }
    expect(socket.destroyed).toBe(false);
    pass(16);
    expect(socket.destroyed).toBe(true);
  });

  test("ends within a second of a question, unless that waits behind what a client sends", () => {
    const idle = opened();
    pass(1);
    idle.session.check();
    pass(2);
    expect(idle.socket.destroyed).toBe(true);

    const sending = opened({ writeMs: 1_000 });
    for (let seconds = 0; seconds < 60; seconds++) sending.session.write(3, Buffer.from("a"));
    pass(1);
    sending.session.check();
    pass(9);
    expect(sending.socket.destroyed).toBe(false);
  });
});

/** A session, and the letters of each packet that it sent. A packet takes `writeMs` to leave. */
function opened({ writeMs = 0 } = {}): { session: PodSession; packets: string[]; socket: Duplex } {
  const packets: string[] = [];
  const gathered = (chunks: { chunk: unknown }[], done: () => void): void => {
    packets.push(chunks.map(({ chunk }) => letters(chunk as Buffer)).join(""));
    done();
  };
  const socket = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _, done) => {
      packets.push(letters(chunk));
      if (writeMs === 0) done();
      else setTimeout(done, writeMs);
    },
    ...(writeMs === 0 && { writev: gathered }),
  });
  return { session: new PodSession(socket, () => undefined), packets, socket };
}

/** A frame has 8 bytes before its data. */
function letters(frame: Buffer): string {
  return frame.subarray(8).toString();
}
