import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { delay } from "../../time";
import { fileNames } from "./desired";
import { liveDaemon } from "./lock";

const suffix = ".question";
const listSuffix = `.list${suffix}`;
/** A daemon looks at the folder each 2 s where the system tells it of no change; on a busy machine it takes its time. */
const patienceMs = 6_000;
const pollMs = 10;
let asked = 0;

/**
 * Whether the daemon still does its work, which a living process alone does not show: it takes a question away. Nothing where
 * none runs, where it is of a version that knows no questions, or where none can be put.
 */
export async function daemonResponds(folder: string, patience = patienceMs): Promise<boolean | undefined> {
  const question = questions.get(folder) ?? ask(folder, patience).finally(() => questions.delete(folder));
  questions.set(folder, question);
  return await question;
}

/** One for all who ask at once, as each has the daemon look at all of its forwards. */
const questions = new Map<string, Promise<boolean | undefined>>();

async function ask(folder: string, patience: number): Promise<boolean | undefined> {
  const daemon = liveDaemon(folder);
  if (daemon?.takesQuestions !== true) return undefined;
  const path = join(folder, `${process.pid}.${asked++}${suffix}`);
  try {
    writeFileSync(path, "", { mode: 0o600 });
    const startedAt = performance.now();
    while (existsSync(path)) {
      if (performance.now() - startedAt > patience) return liveDaemon(folder)?.pid === daemon.pid ? false : undefined;
      await delay(pollMs);
    }
    return true;
  } catch {
    return undefined;
  } finally {
    rmSync(path, { force: true });
  }
}

/** Has the daemon list the Pods of a forward anew, of which its watch has not told what somebody else knows. */
export function askToList(folder: string, key: string): void {
  try {
    writeFileSync(join(folder, key + listSuffix), "", { mode: 0o600 });
  } catch {
    // Whoever waits for the daemon says in time that it waits in vain.
  }
}

/** Says that this daemon does its work. Returns the keys of the forwards whose Pods are to be listed anew. */
export function answerQuestions(folder: string): string[] {
  const names = fileNames(folder).filter((name) => name.endsWith(suffix));
  for (const name of names) rmSync(join(folder, name), { force: true });
  return names.filter((name) => name.endsWith(listSuffix)).map((name) => name.slice(0, -listSuffix.length));
}
