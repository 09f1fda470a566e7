import { Resolver } from "node:dns/promises";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, SandboxError } from "../errors.ts";
import type { Api } from "./api.ts";
import { clusterDomain, dnsServiceAddress, nodeName, ports } from "./constants.ts";
import { weatherAddress, weatherProbePath } from "./objects.ts";

const pollMs = 50;
const askTimeoutMs = 1000;
/** Longer than etcd itself waits for a write. */
const writeTimeoutMs = 8000;

export interface Check {
  name: string;
  passes: () => Promise<boolean>;
}

/** Waits for all of them, side by side; the error names one that never passed and why. */
export async function waitFor(
  checks: readonly Check[],
  timeoutMs: number,
  dead: () => string | undefined,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  await Promise.all(
    checks.map(async ({ name, passes }) => {
      let reason = "";
      const passesNow = (): Promise<boolean> =>
        passes().catch((error: unknown) => {
          reason = ` (${messageOf(error)})`;
          return false;
        });
      while (!(await passesNow())) {
        const ended = dead();
        if (ended !== undefined) throw new SandboxError(ended);
        if (Date.now() > deadline) {
          throw new SandboxError(`The ${name} was not ready within ${timeoutMs / 1000} s${reason}.`);
        }
        await sleep(pollMs);
      }
    }),
  );
}

export async function allPass(checks: readonly Check[]): Promise<boolean> {
  const results = await Promise.all(checks.map(({ passes }) => passes().catch(() => false)));
  return results.every(Boolean);
}

/**
 * By writing: after a power cut in the middle of a write, etcd may come up, answer reads, call itself healthy and never
 * finish a write again.
 */
export const etcdCheck: Check = {
  name: "etcd",
  passes: async () => {
    const body = JSON.stringify({ key: base64("init-pod-sandbox/started"), value: base64(new Date().toISOString()) });
    const url = `http://127.0.0.1:${ports.etcdClient}/v3/kv/put`;
    return (await httpStatus(url, { body, timeoutMs: writeTimeoutMs })) === 200;
  },
};

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

export function apiCheck(api: Api): Check {
  return { name: "API server", passes: () => api.ready() };
}

/**
 * What a Pod needs. The node's word counts only if kubelet gave it after it started: the state of the last run is still
 * there until then.
 */
export function nodeChecks(api: Api, kubeletStarted: Date): Check[] {
  return [
    {
      name: "node",
      passes: async () => {
        const node = await api.get<Node>(`/api/v1/nodes/${nodeName}`);
        const ready = node.status.conditions?.find((condition) => condition.type === "Ready");
        const wholeSeconds = Math.floor(kubeletStarted.getTime() / 1000) * 1000;
        return ready?.status === "True" && Date.parse(ready.lastHeartbeatTime) >= wholeSeconds;
      },
    },
    {
      name: "default service account",
      passes: async () => {
        await api.get("/api/v1/namespaces/default/serviceaccounts/default");
        return true;
      },
    },
  ];
}

interface Node {
  status: { conditions?: { type: string; status: string; lastHeartbeatTime: string }[] };
}

/** Asked through their Services, so that kube-proxy, the bridge and the Pod are proven with them. */
export const serviceChecks: readonly Check[] = [
  {
    name: "cluster DNS",
    passes: async () => {
      const resolver = new Resolver({ timeout: askTimeoutMs, tries: 1 });
      resolver.setServers([dnsServiceAddress]);
      return (await resolver.resolve4(`weather.weather.svc.${clusterDomain}`)).includes(weatherAddress);
    },
  },
  {
    name: "weather service",
    passes: async () => (await httpStatus(`http://${weatherAddress}${weatherProbePath}`)) === 200,
  },
];

function httpStatus(url: string, { body, timeoutMs = askTimeoutMs }: Ask = {}): Promise<number | undefined> {
  return new Promise((settle) => {
    const method = body === undefined ? "GET" : "POST";
    const outgoing = request(url, { method, timeout: timeoutMs, agent: false }, (response) => {
      response.resume();
      settle(response.statusCode);
    });
    outgoing.on("timeout", () => outgoing.destroy());
    outgoing.on("error", () => settle(undefined));
    outgoing.end(body);
  });
}

interface Ask {
  body?: string;
  timeoutMs?: number;
}
