import { describe, expect, test } from "vitest";
import type { LogEntry } from "../../../../components/cli/logs/entry.ts";
import { Transcript } from "../../../../components/cli/logs/transcript.ts";
import { LogText } from "../../../../components/cli/print/logText.ts";
import type { ContainerStatus } from "../../../../components/cluster/pods/pod.ts";

const at = (second: number): string => `2026-01-01T00:00:0${second}Z`;
const ended = (id: string, exitCode: number) => ({
  terminated: { containerID: id, exitCode, startedAt: at(1), finishedAt: at(3) },
});
const greet: ContainerStatus = { name: "greet", restartCount: 0, containerID: "g1", state: ended("g1", 0) };
const once: ContainerStatus = {
  name: "flaky",
  restartCount: 1,
  containerID: "f2",
  state: { running: { startedAt: at(4) } },
  lastState: ended("f1", 7),
};
const done: ContainerStatus = { ...once, state: { terminated: { containerID: "f2", exitCode: 0, finishedAt: at(9) } } };

function transcript(): { transcript: Transcript; entries: LogEntry[]; text: () => string } {
  const entries: LogEntry[] = [];
  const of = { name: "web", namespace: "shop", pod: "web-1" };
  const printer = new LogText((_style, text) => text);
  return {
    entries,
    transcript: new Transcript(
      of,
      (entry) => entries.push(entry),
      () => new Date(at(6)),
    ),
    text: () => entries.map((entry) => printer.of(entry)).join(""),
  };
}
const line = (container: string, attempt: number, text: string) => ({ container, attempt, text, time: at(5) });

describe("a transcript", () => {
  test("heads each attempt once, in order, with how it ended, also one that wrote nothing", () => {
    const { transcript: made, text } = transcript();
    made.see([greet, once]);
    made.take(line("flaky", 1, "one"));
    made.take(line("flaky", 2, "two"));
    made.take(line("flaky", 2, "three"));
    made.finish();
    expect(text()).toBe(`shop/web, Pod web-1
── greet, attempt 1: ended with exit code 0 after 2 s
── flaky, attempt 1: failed with exit code 7 after 2 s
one
── flaky, attempt 2: has run for 2 s so far
two
three
`);
  });

  test("tells how an attempt ended that ran when it was headed, before what comes next", () => {
    const { transcript: made, entries } = transcript();
    made.see([once]);
    made.take(line("flaky", 2, "two"));
    const next = { name: "next", restartCount: 0, containerID: "n1", state: { running: {} } };
    made.see([done, next]);
    made.take(line("flaky", 2, "three"));
    made.take(line("next", 1, "four"));
    expect(entries.slice(2).map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      "line two",
      "line three",
      "end ended with exit code 0 after 5 s",
      "attempt runs",
      "line four",
    ]);
    expect(entries.find(({ kind }) => kind === "end")).toMatchObject({ attempt: 2, exitCode: 0, time: at(9) });
  });

  test("heads a sidecar again where it goes on between others, and names the step of a log that is gone", () => {
    const { transcript: made, text } = transcript();
    made.see([{ ...greet, state: { running: {} } }, done]);
    made.take(line("greet", 1, "one"));
    made.take(line("flaky", 2, "two"));
    made.take(line("greet", 1, "three"));
    made.take({ container: "other", attempt: 1, text: "(the log of attempt 1 is gone)" });
    expect(text().split("\n").slice(-4)).toEqual([
      "── greet, attempt 1: goes on",
      "three",
      "── other: (the log of attempt 1 is gone)",
      "",
    ]);
  });
});
