import { describe, expect, test } from "vitest";
import { Attempt } from "../../../../components/cluster/logs/attempt.ts";
import type { RawLine } from "../../../../components/cluster/logs/lines.ts";
import type { ContainerStatus } from "../../../../components/cluster/pods/pod.ts";

const terminated = { exitCode: 1, containerID: "one" };
const statuses = {
  runs: { name: "init", restartCount: 0, containerID: "one", state: { running: {} } },
  over: { name: "init", restartCount: 0, containerID: "one", state: { terminated } },
  waits: { name: "init", restartCount: 0, containerID: "one", state: { waiting: {} }, lastState: { terminated } },
  followed: { name: "init", restartCount: 1, containerID: "two", state: { running: {} }, lastState: { terminated } },
  followedTwice: { name: "init", restartCount: 2, containerID: "three", state: { running: {} } },
} satisfies Record<string, ContainerStatus>;

/** The first attempt, and what it hands out. */
function firstAttempt(status: ContainerStatus = statuses.runs) {
  const attempt = new Attempt("one", 1, status);
  const shown: string[] = [];
  return { attempt, shown, read: (...seconds: number[]) => read(attempt, shown, ...seconds) };
}

/** A new request for the log of an attempt, which brings the lines of these seconds. */
function read(attempt: Attempt, shown: string[], ...seconds: number[]): void {
  attempt.begin(({ text }) => shown.push(text));
  for (const second of seconds) attempt.take(lineAt(second));
}

function lineAt(second: number): RawLine {
  return { stamp: stampAt(second), text: `line ${second}`, dropped: 0 };
}

function stampAt(second: number): string {
  return `2026-01-01T00:00:${String(second).padStart(2, "0")}.000000000Z`;
}

describe("the stage of an attempt", () => {
  test.each([
    ["runs", "runs", false],
    ["over", "over", true],
    ["waits", "previous", true],
    ["followed", "previous", true],
    ["followedTwice", "gone", true],
  ] as const)("where its status is `%s` is `%s`", (status, stage, isOver) => {
    const { attempt } = firstAttempt();
    attempt.update(statuses[status]);
    expect(attempt.stage).toBe(stage);
    expect(attempt.over.aborted).toBe(isOver);
  });

  test("is `previous` once kubelet says so, though the Pod's status comes late, and `gone` once that one says so", () => {
    const { attempt, read } = firstAttempt();
    read(1);
    read(1, 5);
    attempt.settle(stampAt(1));
    attempt.update(statuses.runs);
    expect(attempt.stage).toBe("previous");
    expect(attempt.over.aborted).toBe(true);
    attempt.update(statuses.followedTwice);
    expect(attempt.stage).toBe("gone");
  });
});

describe("the lines of the first request for the current log", () => {
  test("are handed out at once, without a question", () => {
    const { attempt, shown, read } = firstAttempt();
    read(1, 2, 3);
    expect(shown).toEqual(["line 1", "line 2", "line 3"]);
    expect(attempt.isInDoubt).toBe(false);
  });

  test("raise no question either once the attempt has ended", () => {
    const { attempt, read } = firstAttempt();
    read(1);
    attempt.update(statuses.over);
    expect(attempt.isInDoubt).toBe(false);
  });

  test.each(["waits", "followed"] as const)("are in doubt once the attempt's status is `%s`", (status) => {
    const { attempt, read } = firstAttempt();
    read(1);
    attempt.update(statuses[status]);
    expect(attempt.isInDoubt).toBe(true);
  });

  test("are in doubt then also where there were none: those of the attempt may be in the previous log", () => {
    const { attempt, read } = firstAttempt();
    read();
    attempt.update(statuses.followed);
    expect(attempt.isInDoubt).toBe(true);
    attempt.isRead = true;
    expect(attempt.settle(stampAt(1))).toBe("next");
    expect(attempt.isRead).toBe(false);
  });

  test.each([
    ["is the one that was read", stampAt(1)],
    ["is the rest of the one that was read, after its rotation", stampAt(9)],
    ["is not there", undefined],
  ])("are the attempt's own where kubelet's previous log %s", (_, previousStart) => {
    const { attempt, shown, read } = firstAttempt();
    read(1, 2);
    attempt.isRead = true;
    attempt.update(statuses.followed);
    expect(attempt.settle(previousStart)).toBe("this");
    expect(attempt.isInDoubt).toBe(false);
    expect(attempt.isRead).toBe(true);
    read(1, 2, 3);
    expect(shown).toEqual(["line 1", "line 2", "line 3"]);
  });

  test("are the next attempt's where kubelet's previous log is an earlier one, which is still to be read", () => {
    const { attempt, shown, read: readFirst } = firstAttempt();
    readFirst(5, 6);
    attempt.isRead = true;
    attempt.update(statuses.followed);
    expect(attempt.settle(stampAt(1))).toBe("next");
    expect(attempt.isInDoubt).toBe(false);
    expect(attempt.isRead).toBe(false);
    expect(attempt.since).toBeUndefined();
    readFirst(1, 2);
    expect(shown).toEqual(["line 5", "line 6", "line 1", "line 2"]);
  });

  test("are not handed out once more by the attempt whose they are, but those that it has logged since are", () => {
    const { attempt, shown, read: readFirst } = firstAttempt();
    readFirst(5, 6);
    attempt.update(statuses.followed);
    attempt.settle(stampAt(1));
    readFirst(1);
    const second = new Attempt("two", 2, statuses.followed, attempt);
    read(second, shown, 5, 6, 6, 7);
    expect(shown).toEqual(["line 5", "line 6", "line 1", "line 6", "line 7"]);
  });

  test("are not handed out once more by a later attempt, though the one between logged nothing", () => {
    const { attempt, shown, read: readFirst } = firstAttempt();
    readFirst(5);
    attempt.update(statuses.followed);
    attempt.settle(stampAt(1));
    const second = new Attempt("two", 2, statuses.followed, attempt);
    read(second, shown);
    read(new Attempt("three", 3, statuses.followedTwice, second), shown, 5, 6);
    expect(shown).toEqual(["line 5", "line 6"]);
  });

  test("are not handed out once more where it never came out whose they are", () => {
    const { attempt, shown, read: readFirst } = firstAttempt();
    readFirst(5);
    attempt.update(statuses.followedTwice);
    read(new Attempt("two", 2, statuses.followed, attempt), shown, 5, 6);
    expect(attempt.isInDoubt).toBe(false);
    expect(shown).toEqual(["line 5", "line 6"]);
  });
});

describe("the lines of another request for the current log", () => {
  test("raise no question where all of them were handed out", () => {
    const { attempt, shown, read } = firstAttempt();
    read(1, 2);
    read(1, 2);
    expect(shown).toEqual(["line 1", "line 2"]);
    expect(attempt.isInDoubt).toBe(false);
  });

  test("wait, from the first new one on and in their order, until it is known whose they are", () => {
    const { attempt, shown, read } = firstAttempt();
    read(1, 3);
    read(3, 4);
    // Of another stream, its time is a little earlier.
    attempt.take(lineAt(2));
    expect(attempt.isInDoubt).toBe(true);
    expect(shown).toEqual(["line 1", "line 3"]);
    attempt.settle(undefined);
    expect(shown).toEqual(["line 1", "line 3", "line 4", "line 2"]);
  });

  test("wait too where they have no time", () => {
    const { attempt, shown, read } = firstAttempt();
    read(1);
    read(1);
    attempt.take({ text: "without a time", dropped: 0 });
    expect(attempt.isInDoubt).toBe(true);
    expect(shown).toEqual(["line 1"]);
  });

  test.each([
    ["there is no previous log", undefined],
    ["the previous log is an earlier attempt's", stampAt(1)],
  ])("are the attempt's own, and so are those that follow, where %s", (_, previousStart) => {
    const { attempt, shown, read } = firstAttempt();
    read(5);
    read(5, 6, 7);
    expect(attempt.settle(previousStart)).toBe("this");
    attempt.take(lineAt(8));
    expect(shown).toEqual(["line 5", "line 6", "line 7", "line 8"]);
    expect(attempt.isInDoubt).toBe(false);
    expect(attempt.stage).toBe("runs");
  });

  test("may be the next attempt's with all before them, though an earlier log is the previous one", () => {
    const { attempt, read } = firstAttempt();
    read(5);
    read(5, 6);
    attempt.settle(stampAt(1));
    attempt.update(statuses.followed);
    expect(attempt.isInDoubt).toBe(true);
  });

  test.each([
    ["the one that was read", 1],
    ["its rest after a rotation", 3],
  ])("are the next attempt's where the previous log is %s, which has the attempt's own last ones", (_, start) => {
    const { attempt, shown, read } = firstAttempt();
    read(1, 2);
    read(2, 5);
    expect(attempt.settle(stampAt(start))).toBe("next");
    expect(attempt.isInDoubt).toBe(false);
    expect(attempt.stage).toBe("previous");
    read(2, 3);
    expect(shown).toEqual(["line 1", "line 2", "line 3"]);
  });

  test("come again by the previous log where the Pod's status shows the next attempt while they wait", () => {
    const { attempt, shown, read } = firstAttempt();
    read(1, 2);
    read(2, 3);
    attempt.update(statuses.followed);
    expect(attempt.settle(stampAt(1))).toBe("next");
    read(2, 3);
    expect(shown).toEqual(["line 1", "line 2", "line 3"]);
  });

  test("are the next attempt's with all before them where the previous log turns out to be an earlier one", () => {
    const { attempt, shown, read } = firstAttempt();
    read(5);
    read(5, 6);
    attempt.update(statuses.followed);
    expect(attempt.settle(stampAt(1))).toBe("next");
    read(1, 2);
    expect(shown).toEqual(["line 5", "line 1", "line 2"]);
  });

  test("are forgotten with their request where a new one begins", () => {
    const { attempt, shown, read } = firstAttempt();
    read(1);
    read(1, 2);
    read(1);
    expect(attempt.isInDoubt).toBe(false);
    expect(shown).toEqual(["line 1"]);
  });
});

describe("the lines of the previous log", () => {
  test("are the attempt's own: they are handed out at once, and raise no question", () => {
    const { attempt, shown, read } = firstAttempt(statuses.followed);
    read(1, 2);
    read(2, 3);
    expect(shown).toEqual(["line 1", "line 2", "line 3"]);
    expect(attempt.isInDoubt).toBe(false);
  });
});

describe("lines that are stamped later than the attempt ended", () => {
  const ended = {
    exitCode: 1,
    containerID: "one",
    startedAt: "2026-01-01T00:00:10Z",
    finishedAt: "2026-01-01T00:00:12Z",
  };
  const over = { ...statuses.over, restartCount: 1, state: { terminated: ended } };

  /** The second attempt, of which it is heard when it is over. */
  function secondAttempt(number = 2) {
    const attempt = new Attempt("one", number, over);
    const shown: string[] = [];
    return { attempt, shown, read: (...seconds: number[]) => read(attempt, shown, ...seconds) };
  }

  test("are in doubt from the first one on, and those of its last second are not", () => {
    const { attempt, shown, read } = secondAttempt();
    read(11, 12);
    expect(attempt.isInDoubt).toBe(false);
    attempt.take(lineAt(13));
    expect(attempt.isInDoubt).toBe(true);
    expect(shown).toEqual(["line 11", "line 12"]);
  });

  test("are the next attempt's where kubelet's previous log is this one's, which is still to be read", () => {
    const { attempt, shown, read } = secondAttempt();
    read(20, 21);
    expect(attempt.settle(stampAt(10))).toBe("next");
    expect(attempt.stage).toBe("previous");
    expect(attempt.isInDoubt).toBe(false);
    read(10, 11);
    expect(shown).toEqual(["line 10", "line 11"]);
  });

  test("are its own where the previous log is an earlier attempt's, and raise no question any more", () => {
    const { attempt, shown, read } = secondAttempt();
    read(20);
    expect(attempt.settle(stampAt(9))).toBe("this");
    read(20, 21);
    expect(attempt.isInDoubt).toBe(true);
    expect(attempt.settle(stampAt(9))).toBe("this");
    expect(shown).toEqual(["line 20", "line 21"]);
  });

  test("are nobody's as long as kubelet does not tell, but for the first attempt, which has no predecessor", () => {
    const { attempt, shown, read } = secondAttempt();
    read(20);
    expect(attempt.settle(undefined)).toBe("unknown");
    expect(shown).toEqual([]);
    read(20);
    expect(attempt.isInDoubt).toBe(true);
    const first = secondAttempt(1);
    first.read(20);
    expect(first.attempt.settle(undefined)).toBe("this");
    expect(first.shown).toEqual(["line 20"]);
  });

  test("are in doubt too where they were handed out before the end was known", () => {
    const { attempt, shown, read } = firstAttempt();
    read(20, 21);
    attempt.isRead = true;
    attempt.update(over);
    expect(attempt.isInDoubt).toBe(true);
    expect(attempt.settle(stampAt(10))).toBe("next");
    expect(attempt.isRead).toBe(false);
    expect(attempt.isInDoubt).toBe(false);
    read(10, 11);
    expect(shown).toEqual(["line 20", "line 21", "line 10", "line 11"]);
    expect(attempt.lastLines.map(({ text }) => text)).toEqual(["line 10", "line 11"]);
  });
});
