import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { endHungDaemon } from "../../../../components/forward/client/hung.ts";
import { takeLock } from "../../../../components/forward/state/lock.ts";
import { isAlive, startOnLinux } from "../../../../components/forward/state/processIdentity.ts";
import { answerQuestions, daemonResponds } from "../../../../components/forward/state/question.ts";
import { temporaryFolder } from "../helpers";

/** A folder whose daemon is a process that does nothing. */
function withDaemon(takesQuestions = true): {
  folder: string;
  child: ChildProcess;
  identity: { pid: number; started: string };
} {
  const folder = temporaryFolder();
  const child = spawn("sleep", ["600"], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  const { pid = 0 } = child;
  const identity = { pid, started: startOnLinux(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? "" };
  takeLock(folder, { ...identity, version: "1.0.0", takesQuestions });
  return { folder, child, identity };
}

test("a daemon that is stopped does not respond, and one that takes the question away does", async () => {
  const { folder, child } = withDaemon();
  child.kill("SIGSTOP");
  expect(await daemonResponds(folder, 300)).toBe(false);
  const answering = setInterval(() => answerQuestions(folder), 20);
  onTestFinished(() => clearInterval(answering));
  const asked = [daemonResponds(folder, 5_000), daemonResponds(folder, 5_000)];
  expect(readdirSync(folder).filter((name) => name.endsWith(".question"))).toHaveLength(1);
  expect(await Promise.all(asked)).toEqual([true, true]);
  expect(readdirSync(folder)).toEqual(["daemon.json"]);
});

test("nothing is said of a daemon that is not there, ends meanwhile, or knows no questions", async () => {
  expect(await daemonResponds(temporaryFolder(), 300)).toBeUndefined();
  expect(await daemonResponds(withDaemon(false).folder, 300)).toBeUndefined();
  const { folder, child } = withDaemon();
  setTimeout(() => child.kill("SIGKILL"), 50);
  expect(await daemonResponds(folder, 600)).toBeUndefined();
});

test("a daemon that hangs is ended, and one that answers is left alone", async () => {
  const { folder, child, identity } = withDaemon();
  const answering = setInterval(() => answerQuestions(folder), 20);
  expect(await endHungDaemon(folder)).toBeUndefined();
  clearInterval(answering);
  child.kill("SIGSTOP");
  expect(await endHungDaemon(folder)).toBe(identity.pid);
  expect(isAlive(identity)).toBe(false);
});
