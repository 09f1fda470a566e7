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

/** A session, and the letters of each packet that it sent. */
function opened(): { session: PodSession; packets: string[] } {
  const packets: string[] = [];
  const socket = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _, done) => {
      packets.push(letters(chunk));
      done();
    },
    writev: (chunks, done) => {
      packets.push(chunks.map(({ chunk }) => letters(chunk as Buffer)).join(""));
      done();
    },
  });
  return { session: new PodSession(socket, () => undefined), packets };
}

/** A frame has 8 bytes before its data. */
function letters(frame: Buffer): string {
  return frame.subarray(8).toString();
}
