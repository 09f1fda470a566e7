import { within } from "../../time";
import type { ClusterClient } from "../api";
import type { ContainerStatus, Pod } from "../pods";
import { ContainerLog } from "./containerLog";
import type { RawLine } from "./lines";
import type { Report } from "./liveLines";

export interface LogStreamSettings {
  client: ClusterClient;
  namespace: string;
  podName: string;
  mask: (text: string) => string;
  /** Told of each line that is shown, and of missing rights, which are of no container. */
  report: Report;
  /** Told of each line that is shown, without its container's name. */
  heard?: (container: string, line: string) => void;
  /** So many lines of one container are shown; then the last ones of each attempt. */
  mostLines?: number;
  /** Whose logs are shown, in the order in which they are. Default: the init containers'. */
  statuses?: (pod: Pod) => readonly ContainerStatus[];
  /** A followed log that says nothing for so long is asked for again, in milliseconds. */
  silenceMs?: number;
}

/** A log may go silent over a connection that lives: at a rotation, or behind a load balancer that is gone. */
const usualSilenceMs = 30_000;

/** In most cases the last lines are there at once: it takes longer where the API server or the node does not answer. */
const endMs = 8_000;

/** The live logs of a Pod's init containers: each attempt once, from its start. */
export class LogStreams {
  readonly #stop = new AbortController();
  readonly #logs = new Map<string, ContainerLog>();
  readonly #endless = new Set<string>();
  #denied = false;
  /** Of lines that were shown. */
  #count = 0;

  constructor(private readonly settings: LogStreamSettings) {}

  /** Starts to follow what the Pod's status newly shows. */
  update(pod: Pod): void {
    for (const { name, restartPolicy } of pod.spec?.initContainers ?? []) {
      if (restartPolicy === "Always") this.#endless.add(name);
    }
    let predecessor: ContainerLog | undefined;
    for (const status of this.settings.statuses?.(pod) ?? pod.status?.initContainerStatuses ?? []) {
      const log = this.#logs.get(status.name) ?? this.#logOf(status.name, predecessor);
      this.#logs.set(status.name, log);
      log.update(status);
      // A restartable init container goes on while the next ones run.
      if (!this.#endless.has(status.name)) predecessor = log;
    }
  }

  /**
   * Waits until all that was asked for has been read, of a Pod of which nothing runs any more, and says of what doesn't come
   * that it doesn't.
   */
  async finished(): Promise<void> {
    const logs = [...this.#logs.values()];
    const done = Promise.all(logs.map(async (log) => await log.done)).then(() => true);
    for (let count = -1; count !== this.#count;) {
      count = this.#count;
      if (await within(endMs, done, () => false)) return;
    }
    for (const log of logs) log.sayUnread("no answer in time");
  }

  /** Waits for the last lines of the attempts that have ended, and says of those that don't come that they don't. */
  async end(): Promise<void> {
    // A restartable init container's log has no end to wait for.
    const ending = [...this.#logs].filter(([name]) => !this.#endless.has(name)).map(([, log]) => log);
    await within<unknown>(endMs, Promise.all(ending.map(async ({ endedDone }) => await endedDone)), () => {
      for (const log of ending) log.sayUnread("no answer in time");
    });
  }

  /** The last lines of an attempt of an init container, as far as they were read. */
  lastLines(container: string, id: string): readonly RawLine[] {
    return this.#logs.get(container)?.lastLines(id) ?? [];
  }

  /** The last lines of an attempt whose log was read from its start to its end; undefined of any other. */
  endOfWhole(container: string, id: string): readonly RawLine[] | undefined {
    return this.#logs.get(container)?.endOfWhole(id);
  }

  close(): void {
    this.#stop.abort();
  }

  #logOf(container: string, predecessor: ContainerLog | undefined): ContainerLog {
    const report: Report = (line, of) => {
      this.#count++;
      this.settings.report(line, of);
    };
    const settings = { silenceMs: usualSilenceMs, ...this.settings, report, onDenied: () => this.#sayDenied() };
    return new ContainerLog(settings, container, this.#stop.signal, predecessor);
  }

  #sayDenied(): void {
    if (this.#denied) return;
    this.#denied = true;
    this.settings.report("The logs of the init containers are not shown: there is no right to `get` `pods/log`.");
  }
}
