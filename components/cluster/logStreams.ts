import type { ClusterClient } from "./client";
import { followAttempt } from "./logs";
import type { ContainerStatus, Pod } from "./pod";

export interface LogStreamSettings {
  client: ClusterClient;
  namespace: string;
  podName: string;
  mask: (text: string) => string;
  report: (line: string) => void;
}

/** Lines of one container that are shown live; more would bury the rest, and the end of the log is kept anyway. */
const maxLiveLines = 500;
/** How long the last lines of an attempt that has ended may still take. */
const drainMs = 2_000;

/** The live logs of a Pod's init containers: each attempt once, from its start. */
export class LogStreams {
  readonly #stop = new AbortController();
  readonly #attempts = new Map<string, Promise<void>>();
  readonly #endless = new Set<string>();
  readonly #shown = new Map<string, number>();

  constructor(private readonly settings: LogStreamSettings) {}

  /** Starts to follow what the Pod's status newly shows. */
  update(pod: Pod): void {
    for (const { name, restartPolicy } of pod.spec?.initContainers ?? []) {
      if (restartPolicy === "Always") this.#endless.add(name);
    }
    for (const status of pod.status?.initContainerStatuses ?? []) {
      const earlier = status.lastState?.terminated?.containerID;
      const current = status.containerID;
      if (earlier !== undefined && earlier !== current) this.#follow(status, earlier, true);
      if (current !== undefined && current !== "") this.#follow(status, current, false);
    }
  }

  /** Waits for the last lines of the attempts that have ended. */
  async end(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise((resolve) => (timer = setTimeout(resolve, drainMs)));
    await Promise.race([Promise.all(this.#attempts.values()), timeout]);
    clearTimeout(timer);
  }

  close(): void {
    this.#stop.abort();
  }

  #follow({ name }: ContainerStatus, containerId: string, previous: boolean): void {
    if (this.#attempts.has(containerId)) return;
    const { client, namespace, podName } = this.settings;
    const source = { namespace, pod: podName, container: name, previous };
    const follow = followAttempt(client, source, (line) => this.#show(name, line), this.#stop.signal);
    // A restartable init container's log has no end to wait for.
    const ends = previous || !this.#endless.has(name);
    const done = follow.catch(() => undefined);
    this.#attempts.set(containerId, ends ? done : Promise.resolve());
  }

  #show(container: string, line: string): void {
    const shown = (this.#shown.get(container) ?? 0) + 1;
    this.#shown.set(container, shown);
    if (shown <= maxLiveLines) this.settings.report(this.settings.mask(`${container} | ${line}`));
    if (shown === maxLiveLines + 1) this.settings.report(`${container} | … more lines are not shown`);
  }
}
