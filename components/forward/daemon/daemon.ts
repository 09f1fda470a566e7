import { rmSync, statSync, watch } from "node:fs";
import { join } from "node:path";
import {
  answerQuestions,
  type DaemonLock,
  type DesiredForward,
  fileNames,
  holdsLock,
  isHeld,
  listDesired,
  readRecord,
  removeForward,
  type StoredForward,
  writeRecord,
} from "../state";
import { ApiLink } from "./apiLink";
import { DropTimer } from "./dropTimer";
import { LocalForward } from "./localForward";
import { type Clocks, SleepSensor } from "./sleepSensor";

/** When what is done, in milliseconds. */
export interface DaemonTiming {
  /** How often the state folder is looked at: file system events may be lost, on network file systems all of them. */
  poll: number;
  /** How long no Pod may exist that the stack gave up, before a forward ends. Long enough for one that is made anew. */
  drop: number;
  /** How long no Pod may exist of which nobody saw that the stack gave it up. Longer than any holidays' weekend. */
  forget: number;
  /** How long a client is kept waiting for a Pod that answers. Shorter than what people and clients take for a hang. */
  hold: number;
}

const usualTiming: DaemonTiming = { poll: 2_000, drop: 3_000, forget: 7 * 24 * 60 * 60_000, hold: 2_500 };
const soonMs = 10;
/** A timer that comes this much late tells of a sleep. */
const sleepMs = 5_000;
/** Traffic figures are written this often. */
const figuresIntervalMs = 5_000;
/** What open connections get when a forward ends, and when a newer daemon takes over. */
const dropGraceMs = 500;
const handOverGraceMs = 30_000;

interface Entry {
  forward: LocalForward;
  dropTimer: DropTimer;
  /** What the record file says, without and with the traffic figures. */
  written: { facts: string; all: string };
}

/** Makes the forwards of this machine what the files in the state folder say. */
export class Daemon {
  readonly #entries = new Map<string, Entry>();
  readonly #links = new Map<string, { link: ApiLink; users: number }>();
  readonly #closing = new Set<Promise<void>>();
  readonly #startedAt = Date.now();
  readonly #timing: DaemonTiming;
  readonly #sleep: SleepSensor;
  #reconcileTimer: NodeJS.Timeout | undefined;
  /** Forwards of which others should soon know what has changed. */
  readonly #changed = new Set<string>();
  #recordTimer: NodeJS.Timeout | undefined;
  #finish: (() => void) | undefined;

  constructor(
    private readonly folder: string,
    private readonly lock: DaemonLock,
    private readonly log: (line: string) => void,
    clocks?: Clocks,
    timing: Partial<DaemonTiming> = {},
  ) {
    this.#timing = { ...usualTiming, ...timing };
    this.#sleep = new SleepSensor(this.#timing.poll, clocks);
  }

  /** Resolves when no forward is left, another daemon has taken over, or `signal` is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const finished = new Promise<void>((resolve) => (this.#finish = resolve));
    signal.addEventListener("abort", () => this.#finish?.());
    const watcher = this.#watchFolder();
    const poll = setInterval(() => this.#tick(), this.#timing.poll);
    const figures = setInterval(() => this.#writeRecords(true), figuresIntervalMs);
    this.#reconcile();
    await finished;
    clearInterval(poll);
    clearInterval(figures);
    clearTimeout(this.#reconcileTimer);
    clearTimeout(this.#recordTimer);
    watcher?.close();
    const grace = holdsLock(this.folder, this.lock) ? dropGraceMs : handOverGraceMs;
    for (const key of this.#entries.keys()) this.#close(key, grace);
    await Promise.all(this.#closing);
  }

  #watchFolder(): ReturnType<typeof watch> | undefined {
    try {
      const watcher = watch(this.folder, (_event, name) => {
        // Its own records and log are no news.
        if (name === null || !/\.(record\.json|log|tmp)/.test(name)) this.#reconcileSoon();
      });
      watcher.on("error", (error) => this.log(`watching the state folder: ${String(error)}`));
      return watcher;
    } catch (error) {
      this.log(`watching the state folder: ${String(error)}`);
      return undefined;
    }
  }

  #tick(): void {
    const late = this.#sleep.lateMs();
    if (late > sleepMs) {
      this.log(`woke up after ${Math.round(late / 1000)} s`);
      for (const { link } of this.#links.values()) link.restart();
    }
    for (const { link } of this.#links.values()) void link.look();
    this.#reconcile();
  }

  #reconcileSoon(): void {
    this.#reconcileTimer ??= setTimeout(() => {
      this.#reconcileTimer = undefined;
      this.#reconcile();
    }, soonMs);
  }

  #reconcile(): void {
    for (const key of answerQuestions(this.folder)) this.#entries.get(key)?.forward.listAnew();
    if (!holdsLock(this.folder, this.lock)) {
      this.log("another daemon has taken over, or the state folder is gone");
      this.#finish?.();
      return;
    }
    const wanted = new Map(listDesired(this.folder).map((stored) => [stored.key, stored]));
    for (const key of this.#entries.keys()) if (!wanted.has(key)) this.#close(key, dropGraceMs);
    for (const stored of wanted.values()) this.#apply(stored);
    for (const { dropTimer } of this.#entries.values()) dropTimer.update();
    this.#removeStrays(wanted);
    this.#writeRecords();
    if (wanted.size === 0) this.#finish?.();
  }

  #apply(stored: StoredForward): void {
    const entry = this.#entries.get(stored.key);
    if (entry?.forward.stored.revision === stored.revision) return;
    if (entry !== undefined && differInVersionAlone(entry.forward.stored.forward, stored.forward)) {
      entry.forward.stored = stored;
      return;
    }
    this.#open(stored, entry?.forward);
    if (entry !== undefined) this.#end(entry, handOverGraceMs);
  }

  #open(stored: StoredForward, predecessor?: LocalForward): void {
    const { key, forward: wanted } = stored;
    this.log(
      `forward ${key} (${wanted.name}): port ${wanted.localPort} to port ${wanted.podPort} in ${wanted.namespace}`,
    );
    const link = this.#useLink(wanted);
    const changed = (): void => {
      entry.dropTimer.update();
      this.#recordSoon(key);
    };
    const { withoutPodSince } = readRecord(this.folder, key) ?? {};
    const options = { holdMs: this.#timing.hold, predecessor, withoutPodSince };
    const forward = new LocalForward(stored, link, changed, options);
    const dropTimer = new DropTimer(
      {
        podCount: () => forward.podCount,
        isGivenUp: () => forward.isGivenUp || forward.withoutPodMs > this.#timing.forget,
        isHeld: () => isHeld(this.folder, key),
        confirmNoPod: () => forward.confirmNoPod(),
        drop: () => {
          this.log(`forward ${key} (${wanted.name}): its Pod is gone`);
          removeForward(this.folder, key);
          this.#reconcile();
        },
      },
      this.#timing.drop,
      this.#isLeftover(key) ? 0 : this.#timing.drop,
    );
    const entry: Entry = { forward, dropTimer, written: { facts: "", all: "" } };
    this.#entries.set(key, entry);
  }

  /** Whether a file was there before this daemon: then its Pod has had its time. */
  #isLeftover(key: string): boolean {
    const file = statSync(join(this.folder, `${key}.forward.json`), { throwIfNoEntry: false });
    return file !== undefined && this.#startedAt - file.mtimeMs > this.#timing.drop;
  }

  #close(key: string, graceMs: number): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#end(entry, graceMs);
  }

  #end(entry: Entry, graceMs: number): void {
    entry.dropTimer.stop();
    const closed = entry.forward.close(graceMs).then(() => {
      this.#leaveLink(entry.forward.stored.forward);
      this.#closing.delete(closed);
    });
    this.#closing.add(closed);
  }

  #useLink(forward: DesiredForward): ApiLink {
    const key = linkKey(forward);
    const known = this.#links.get(key) ?? { link: new ApiLink(forward.access, this.log, forward.clusterUid), users: 0 };
    known.users++;
    this.#links.set(key, known);
    return known.link;
  }

  #leaveLink(forward: DesiredForward): void {
    const key = linkKey(forward);
    const known = this.#links.get(key);
    if (known === undefined || --known.users > 0) return;
    known.link.close();
    this.#links.delete(key);
  }

  /** Files of forwards that nobody wants any more. */
  #removeStrays(wanted: ReadonlyMap<string, unknown>): void {
    for (const name of fileNames(this.folder)) {
      const [key = ""] = name.split(".");
      if (/\.(record|hold)\.json$/.test(name) && !wanted.has(key)) rmSync(join(this.folder, name), { force: true });
    }
  }

  /** Pods change often, and what changes of one says nothing of the other forwards. */
  #recordSoon(key: string): void {
    this.#changed.add(key);
    this.#recordTimer ??= setTimeout(() => {
      this.#recordTimer = undefined;
      const changed = [...this.#changed];
      this.#changed.clear();
      // The records are the next daemon's where one has taken over, of which the file system may tell late.
      if (holdsLock(this.folder, this.lock)) this.#writeRecords(false, changed);
      else this.#reconcile();
    }, soonMs);
  }

  #writeRecords(withFigures = false, keys: Iterable<string> = this.#entries.keys()): void {
    for (const key of keys) {
      const entry = this.#entries.get(key);
      if (entry === undefined) continue;
      const record = entry.forward.record();
      const now = {
        facts: JSON.stringify({ ...record, connections: undefined, bytes: undefined, latencyMs: undefined }),
        all: JSON.stringify(record),
      };
      if (withFigures ? now.all === entry.written.all : now.facts === entry.written.facts) continue;
      try {
        writeRecord(this.folder, key, { ...record, pid: this.lock.pid, version: this.lock.version });
        entry.written = now;
      } catch (error) {
        this.log(`writing the record of ${key}: ${String(error)}`);
      }
    }
  }
}

function differInVersionAlone(left: DesiredForward, right: DesiredForward): boolean {
  return JSON.stringify({ ...left, version: undefined }) === JSON.stringify({ ...right, version: undefined });
}

/** A cluster that was made anew has its old name in the kubeconfig, but another address. */
function linkKey({ access, server, clusterUid }: DesiredForward): string {
  return JSON.stringify([access, server, clusterUid]);
}
