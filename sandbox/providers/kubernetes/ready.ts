import { asArray, get, getString, type Json, type JsonObject } from "../json.ts";
import type { Api } from "./api.ts";
import { conditionOf, type Health, podHealth, serviceHealth, workloadHealth } from "./health.ts";
import { parsePathCondition } from "./jsonpath.ts";
import { annotation, annotations, name, namespace, target } from "./object.ts";
import { observe } from "./observe.ts";

export const defaultTimeoutSeconds = 600;
/** The official provider gives Endpoints this long to settle after each of their events. */
const endpointsSettleMs = 10_000;

export class NotReadyError extends Error {
  readonly live: JsonObject;
  readonly reasons: string[];

  constructor(message: string, live: JsonObject, reasons: string[] = []) {
    super(message);
    this.live = live;
    this.reasons = reasons;
  }
}

export interface Wait {
  api: Api;
  inputs: JsonObject;
  live: JsonObject;
  timeoutSeconds: number;
  signal: AbortSignal;
  status: (line: string) => void;
}

export function timeoutOf(inputs: JsonObject, ofCall: number): number {
  if (ofCall > 0) return ofCall;
  const annotated = Number.parseInt(annotation(inputs, annotations.timeoutSeconds), 10);
  return Number.isNaN(annotated) ? defaultTimeoutSeconds : annotated;
}

interface Verdict {
  met: boolean;
  line: string;
}

type Condition = (live: JsonObject) => Verdict;

function isBehind(object: Json | undefined, generation: Json | undefined): boolean {
  const observed = get(object, "observedGeneration");
  return typeof observed === "number" && typeof generation === "number" && observed < generation;
}

function pathCondition(expression: string): Condition {
  const condition = parsePathCondition(expression);
  return (live) => {
    if (isBehind(live.status, get(live, "metadata", "generation"))) return { met: false, line: "" };
    const [found] = condition.select(live);
    if (found === undefined) return { met: false, line: `${condition.path} selected nothing` };
    const text = typeof found === "object" && found !== null ? "" : String(found);
    if (condition.value === "" || text === condition.value) return { met: true, line: `Found ${condition.text}` };
    return { met: false, line: `Waiting for ${condition.text} (found "${text}")` };
  };
}

function statusCondition(expression: string): Condition {
  const [type = "", wanted = "True"] = expression.slice("condition=".length).split("=");
  return (live) => {
    const condition = conditionOf(live, type);
    if (!condition) return { met: false, line: `Waiting for condition ${type}` };
    const status = getString(condition, "status");
    const behind = isBehind(condition, get(live, "metadata", "generation"));
    const met = !behind && status.toLowerCase() === wanted.toLowerCase();
    return { met, line: met ? `Found condition ${type}` : `Resource has condition ${type}=${status} (want ${wanted})` };
  };
}

/** The conditions of `pulumi.com/waitFor`: one, or a JSON list of which all must hold. */
export function customConditions(text: string): Condition[] {
  let expressions: string[];
  try {
    expressions = asArray(JSON.parse(text) as Json).map(String);
  } catch {
    expressions = [text];
  }
  if (expressions.length === 0) throw new Error(`${annotations.waitFor} names no condition`);
  return expressions.map((expression) => {
    if (expression.startsWith("jsonpath=")) return pathCondition(expression);
    if (expression.startsWith("condition=")) return statusCondition(expression);
    throw new Error(`expected a "jsonpath=" or "condition=" prefix, got "${expression}"`);
  });
}

async function untilMet(wait: Wait, conditions: Condition[]): Promise<JsonObject> {
  const check = (live: JsonObject) => {
    const verdicts = conditions.map((condition) => condition(live));
    for (const { line } of verdicts) if (line !== "") wait.status(line);
    return verdicts.every(({ met }) => met);
  };
  let latest = wait.live;
  if (check(latest)) return latest;
  for await (const live of observe(wait.api, await wait.api.path(target(wait.live)), wait.signal)) {
    if (!live) continue;
    latest = live;
    if (check(live)) return live;
  }
  throw new NotReadyError("timed out waiting for the condition", latest);
}

async function untilHealthy(wait: Wait, health: (object: JsonObject) => Health): Promise<JsonObject> {
  let latest = wait.live;
  let now = health(latest);
  if (now.ready) return latest;
  wait.status(now.waiting);
  for await (const live of observe(wait.api, await wait.api.path(target(wait.live)), wait.signal)) {
    if (!live) continue;
    latest = live;
    now = health(live);
    if (now.ready) return live;
    wait.status(now.waiting);
  }
  throw new NotReadyError(`'${name(latest)}' timed out waiting to be Ready`, latest, now.reasons);
}

function endpointsPath(service: JsonObject): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace(service))}/endpoints/${encodeURIComponent(name(service))}`;
}

async function untilServed(wait: Wait): Promise<JsonObject> {
  const servicePath = await wait.api.path(target(wait.live));
  let service = wait.live;
  let health = serviceHealth(service, undefined);
  wait.status(health.waiting);
  if (health.ready && health.reasons.length === 0) return service;
  const settled = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  for await (const endpoints of observe(
    wait.api,
    endpointsPath(service),
    AbortSignal.any([wait.signal, settled.signal]),
  )) {
    if (!endpoints) continue;
    service = await wait.api.request(servicePath);
    health = serviceHealth(service, endpoints);
    clearTimeout(timer);
    if (health.ready) timer = setTimeout(() => settled.abort(), endpointsSettleMs);
  }
  clearTimeout(timer);
  if (settled.signal.aborted) return service;
  throw new NotReadyError(`'${name(service)}' timed out waiting to be Ready`, service, health.reasons);
}

/** Waits as the annotations say, else as the kind needs; returns the object as last seen. */
export async function untilReady(wait: Wait): Promise<JsonObject> {
  if (annotation(wait.inputs, annotations.skipAwait) === "true") {
    wait.status("Skipping await logic");
    return wait.live;
  }
  const deadline = AbortSignal.timeout(wait.timeoutSeconds * 1000);
  const limited = { ...wait, signal: AbortSignal.any([wait.signal, deadline]) };
  try {
    const live = await untilAsked(limited);
    wait.status("");
    return live;
  } catch (error) {
    if (!(error instanceof NotReadyError) || !wait.signal.aborted) throw error;
    throw new NotReadyError(`Resource operation was cancelled for "${name(error.live)}"`, error.live, error.reasons);
  }
}

function untilAsked(wait: Wait): Promise<JsonObject> {
  const custom = annotation(wait.live, annotations.waitFor);
  if (custom !== "") return untilMet(wait, customConditions(custom));
  const { kind, apiVersion } = wait.live;
  if (apiVersion === "v1" && kind === "Pod") return untilHealthy(wait, podHealth);
  if (apiVersion === "v1" && kind === "Service") return untilServed(wait);
  return untilHealthy(wait, workloadHealth);
}

/** The check that a refresh makes, once and without waiting. undefined: all is well, or nothing is checked. */
export async function unhealthy(api: Api, inputs: JsonObject, live: JsonObject): Promise<string[] | undefined> {
  if (annotation(inputs, annotations.skipAwait) === "true" || live.apiVersion !== "v1") return undefined;
  if (live.kind === "Pod") {
    const health = podHealth(live);
    return health.ready ? undefined : health.reasons;
  }
  if (live.kind !== "Service") return undefined;
  const endpoints = await api.request(endpointsPath(live)).catch(() => undefined);
  const health = serviceHealth(live, endpoints);
  return health.ready ? undefined : health.reasons;
}
