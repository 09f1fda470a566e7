import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DialGate } from "../../../../components/forward/tunnel/dialGate.ts";
import { DialError } from "../../../../components/forward/tunnel/errors.ts";

const gone = new DialError("connect ECONNREFUSED");

/** A gate before an API server, and how often that was dialled. */
function gateTo(server: () => Promise<string>) {
  const seen = { dials: 0, discarded: [] as string[], recovered: 0 };
  const gate = new DialGate(() => seen.recovered++);
  const connect = (): Promise<string> =>
    gate.pass(
      () => {
        seen.dials++;
        return server();
      },
      (late) => seen.discarded.push(late),
    );
  /** A client that tries until it is served, or until `ms` have passed. */
  const client = async (ms: number): Promise<string> => {
    const end = performance.now() + ms;
    for (;;) {
      const result = await connect().catch((error: unknown) => String(error));
      if (result === "open" || performance.now() > end) return result;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  };
  return { gate, seen, connect, client };
}

describe("the gate before an API server", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "performance"] }));
  afterEach(() => void vi.useRealTimers());

  test("lets all dial that come at once, as long as it answers", async () => {
    const { seen, connect } = gateTo(() => Promise.resolve("open"));
    expect(await Promise.all([connect(), connect(), connect()])).toEqual(["open", "open", "open"]);
    expect(seen.dials).toBe(3);
  });

  test("lets few dial where it is gone, however many ask, and all again once it is back", async () => {
    let isThere = false;
    const { seen, client } = gateTo(() => (isThere ? Promise.resolve("open") : Promise.reject(gone)));
    const lost: Promise<string>[] = [];
    for (let second = 0; second < 60; second++) {
      lost.push(client(2_500), client(2_500));
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(seen.dials).toBeLessThanOrEqual(66);
    isThere = true;
    const [backAt, served] = [performance.now(), client(2_500)];
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await served).toBe("open");
    expect(performance.now() - backAt).toBeLessThanOrEqual(1_000);
    expect(seen.recovered).toBe(1);
    expect(String(await lost[0])).toContain("ECONNREFUSED");
  });

  test("passes by a dial that hangs in what is over, and keeps nothing of it", async () => {
    let answer: () => Promise<string> = () => Promise.reject(gone);
    const { seen, connect } = gateTo(() => answer());
    await connect().catch(() => undefined);
    let finish: (text: string) => void = () => undefined;
    answer = () => new Promise((resolve) => (finish = resolve));
    const hanging = connect();
    await vi.advanceTimersByTimeAsync(500);
    answer = () => Promise.resolve("open");
    const next = connect();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await Promise.all([hanging, next])).toEqual(["open", "open"]);
    finish("late");
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.discarded).toEqual(["late"]);
  });

  test.each([403, 404, 500])("holds nobody back for an answer about one Pod: %d", async (status) => {
    const { gate, seen, connect } = gateTo(() => Promise.reject(new DialError("no", status)));
    await Promise.allSettled([connect(), connect(), connect()]);
    expect(gate.isOpen).toBe(true);
    expect(seen.dials).toBe(3);
  });

  test("is open for the next one at once where the way is another by now", async () => {
    let server = (): Promise<string> => Promise.reject(gone);
    const { gate, connect } = gateTo(() => server());
    await connect().catch(() => undefined);
    server = () => Promise.resolve("open");
    gate.open();
    expect(await connect()).toBe("open");
  });
});
