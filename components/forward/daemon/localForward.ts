import { currentPod, latestPod, type Pod, type PodView } from "../../cluster/pods";
import { describePod, kubernetesSays, StepReporter } from "../../cluster/report";
import { currentVerdict } from "../../cluster/verdict";
import { labelSelector } from "../../contract";
import { within } from "../../time";
import {
  type ConnectionHost,
  type ConnectionTarget,
  Departures,
  explainDial,
  type Failure,
  HalfOpenConnections,
  type RelayEvents,
  serveConnection,
  type Situation,
} from "../serve";
import type { ForwardRecord, StoredForward } from "../state";
import type { PodPort } from "../tunnel";
import type { ApiLink } from "./apiLink";
import { GivenUp } from "./givenUp";
import { Latencies } from "./latencies";
import { Listener } from "./listener";
import { PodEvents } from "./podEvents";
import { PodGround } from "./podGround";

/** Settings of a forward. */
export interface LocalForwardOptions {
  /** How long a client is kept waiting for a Pod that answers, in milliseconds. */
  holdMs: number;
  /** Of the same InitPod, whose port it takes over. */
  predecessor?: LocalForward;
  /** Since when there has been no Pod, as an earlier daemon saw it. */
  withoutPodSince?: string;
}

/** One forward: a local port, the Pods behind it, and what happened so far. */
export class LocalForward {
  readonly #listener: Listener;
  readonly #view: PodView;
  readonly #steps: StepReporter;
  readonly #podEvents: PodEvents;
  readonly #givenUp: GivenUp;
  readonly #ground = new PodGround();
  readonly #waiters = new Set<() => void>();
  readonly #connections = { open: 0, total: 0 };
  readonly #bytes = { sent: 0, received: 0 };
  readonly #latencies = new Latencies();
  #closing = false;
  #withoutPodSince: string | undefined;
  #currentUid: string | undefined;
  #reachedUid: string | undefined;
  #failure: ForwardRecord["failure"];

  constructor(
    public stored: StoredForward,
    private readonly link: ApiLink,
    /** Told of each change that others should soon know of. */
    private readonly changed: () => void,
    private readonly options: LocalForwardOptions,
  ) {
    const { localPort, namespace, selector, showLogs = false, hasService = false } = stored.forward;
    this.#withoutPodSince = options.withoutPodSince;
    this.#givenUp = new GivenUp((isLate, signal) => {
      const scope = { namespace, labelSelector: labelSelector(selector), isOneExpected: isLate && hasService };
      return link.serviceDeleted(scope, signal);
    }, changed);
    this.#steps = new StepReporter(showLogs ? (source) => link.logTail(source) : undefined);
    this.#podEvents = new PodEvents((pod) => link.events(pod));
    this.#view = link.watch(namespace).subscribe(selector, () => {
      for (const { metadata } of this.#ground.lost(this.#view.pods())) link.drop(metadata.uid);
      this.#follow(currentPod(this.#view.pods()));
      this.#count();
      for (const waiter of this.#waiters) waiter();
      changed();
    });
    const { predecessor } = options;
    const host = this.#host();
    this.#listener = new Listener(
      localPort,
      (socket) => {
        this.#connections.open++;
        this.#connections.total++;
        socket.once("close", () => this.#connections.open--);
        void serveConnection(socket, host);
      },
      changed,
      predecessor === undefined ? undefined : predecessor.#listener,
    );
  }

  /** How many Pods there are; nothing where the API server has not said. */
  get podCount(): number | undefined {
    return this.#view.isLive() ? this.#view.pods().length : undefined;
  }

  /** Whether the stack has given its Pod up. */
  get isGivenUp(): boolean {
    return this.#givenUp.isSo;
  }

  /** For how long there has been no Pod at all. */
  get withoutPodMs(): number {
    return this.#withoutPodSince === undefined ? 0 : Date.now() - Date.parse(this.#withoutPodSince);
  }

  /** Asks the API server anew whether there is no Pod; false where it doesn't answer. */
  async confirmNoPod(): Promise<boolean> {
    return (await this.#view.list().catch(() => undefined))?.length === 0;
  }

  /** Somebody knows of a Pod of which the watch has not told. */
  listAnew(): void {
    this.link.listAnew(this.stored.forward.namespace);
  }

  /** What stands in the record file. */
  record(): Omit<ForwardRecord, "pid" | "version"> {
    const pod = currentPod(this.#view.pods());
    return {
      revision: this.stored.revision,
      localPort: this.#listener.port,
      listening: this.#listener.listening,
      error: this.#listener.error ?? this.#view.error(),
      pod: pod && { name: pod.metadata.name, uid: pod.metadata.uid },
      // One that the stack gave up is missed by nobody, and its forward ends in a moment.
      withoutPodSince: this.isGivenUp ? undefined : this.#withoutPodSince,
      reached: this.#reachedUid,
      failure: this.#failure,
      connections: { ...this.#connections },
      bytes: { ...this.#bytes },
      latencyMs: this.#latencies.median,
    };
  }

  /** Frees the port at once; open connections get `graceMs` more. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    // Those that wait for a Pod are told that there is none.
    for (const waiter of this.#waiters) waiter();
    this.#view.close();
    this.#givenUp.close();
    await this.#listener.close(graceMs);
  }

  #host(): ConnectionHost {
    const { name, protocol, podPort } = this.stored.forward;
    return {
      name,
      protocol,
      podPort,
      holdMs: this.options.holdMs,
      currentPod: (ms) => this.#currentPod(ms),
      // As long as no other Pod is Ready, an old one is the best there is.
      isCurrent: ({ uid }) => (this.#currentUid ?? uid) === uid,
      halfOpen: new HalfOpenConnections(),
      departures: new Departures(),
      connect: (pod) => this.link.connect(this.#portOf(pod)),
      explain: (error, pod) => explainDial(error, pod.name, this.#server),
      situation: async () => await this.#situation(),
      steps: async () => {
        const pod = latestPod(this.#view.pods());
        return pod === undefined ? [] : await this.#steps.stepsOf(pod);
      },
      failed: (pod, failure) => this.#failed(pod, failure),
      events: (pod) => this.#events(pod),
    };
  }

  /** A kubeconfig may name another one than when it was written down. */
  get #server(): string {
    return this.link.server ?? this.stored.forward.server;
  }

  #follow(pod: Pod | undefined): void {
    // Before its first client, who would wait for two handshakes.
    const uid = pod?.metadata.uid;
    if (pod !== undefined && uid !== this.#currentUid) this.link.prepare(this.#portOf(pod.metadata));
    this.#currentUid = uid;
  }

  #count(): void {
    // What is not known is no reason to forget since when there was none.
    if (!this.#view.isLive()) return;
    const pods = this.#view.pods();
    this.#givenUp.update(pods);
    if (pods.length > 0) this.#withoutPodSince = undefined;
    else this.#withoutPodSince ??= new Date().toISOString();
  }

  #portOf({ name, uid }: ConnectionTarget): PodPort {
    const { namespace, podPort } = this.stored.forward;
    return { namespace, pod: name, uid, port: podPort };
  }

  async #currentPod(ms: number): Promise<ConnectionTarget | undefined> {
    const deadline = performance.now() + ms;
    for (;;) {
      const pod = currentPod(this.#view.pods())?.metadata;
      const left = deadline - performance.now();
      if (pod !== undefined || left <= 0 || this.#closing) return pod;
      await this.#nextChange(left);
    }
  }

  /** Resolves at the next change of the Pods, or after `ms`. */
  async #nextChange(ms: number): Promise<void> {
    let wake: () => void = () => undefined;
    const changed = new Promise<void>((resolve) => (wake = resolve));
    this.#waiters.add(wake);
    await within(ms, changed, () => undefined);
    this.#waiters.delete(wake);
  }

  async #situation(): Promise<Situation> {
    const { name } = this.stored.forward;
    const server = this.#server;
    const pod = latestPod(this.#view.pods());
    const error = this.#view.error();
    if (!this.#view.isLive() && error !== undefined) {
      return { kind: "unreachable", name, message: `API server ${server} does not tell of the Pods: ${error}` };
    }
    if (pod !== undefined) {
      const { name: podName, namespace } = pod.metadata;
      const hint = `In a terminal: npx init-pod status, or kubectl describe pod ${podName} -n ${namespace}`;
      const verdict = currentVerdict(pod, await this.#podEvents.of(pod));
      const says = kubernetesSays(pod, verdict);
      const message = `Pod ${podName} ${describePod(pod, verdict)}.${says === "" ? "" : ` Kubernetes says: ${says}`}`;
      return { kind: "waiting", name, message, hint };
    }
    if (!this.#view.isLive()) {
      return { kind: "waiting", name, message: `Asking API server ${server} for the Pod of ${name}.` };
    }
    const message = `No Pod of ${name} exists. The next pulumi up makes it anew.`;
    return { kind: "waiting", name, message, hint: `Where its stack is gone: npx init-pod stop ${name}` };
  }

  #failed(pod: ConnectionTarget, { message, final }: Failure): void {
    const before = this.#failure;
    const isSame = before?.message === message && before.podUid === pod.uid;
    this.#failure = { podUid: pod.uid, message, final, count: isSame ? before.count + 1 : 1 };
    this.changed();
  }

  #events(pod: ConnectionTarget): RelayEvents {
    return {
      reached: () => {
        const isNews = this.#reachedUid !== pod.uid || this.#failure !== undefined;
        this.#reachedUid = pod.uid;
        this.#failure = undefined;
        if (isNews) this.changed();
      },
      sent: (bytes) => (this.#bytes.sent += bytes),
      received: (bytes) => (this.#bytes.received += bytes),
      latency: (ms) => this.#latencies.add(ms),
    };
  }
}
