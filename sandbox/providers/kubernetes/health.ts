import { asArray, asObject, get, getString, type Json, type JsonObject } from "../json.ts";
import { name, namespace } from "./object.ts";

export interface Health {
  ready: boolean;
  /** What it waits for, as a status line. */
  waiting: string;
  /** Why it isn't ready, as far as the object says. */
  reasons: string[];
}

export function conditionOf(object: JsonObject, type: string): JsonObject | undefined {
  const found = asArray(get(object, "status", "conditions")).find(
    (entry) => getString(entry, "type").toLowerCase() === type.toLowerCase(),
  );
  return found === undefined ? undefined : asObject(found);
}

function containerErrors(status: Json): string[] {
  if (get(status, "ready") === true) return [];
  const errors: string[] = [];
  const waiting = get(status, "state", "waiting");
  const reason = getString(waiting, "reason");
  if (waiting !== undefined && reason !== "ContainerCreating") {
    errors.push(`[${reason}] ${getString(waiting, "message")}`);
  }
  const terminated = get(status, "state", "terminated");
  if (getString(terminated, "reason") !== "") {
    const message = getString(terminated, "message");
    const exit = `container "${getString(status, "name")}" completed with exit code ${count(terminated, "exitCode")}`;
    errors.push(message === "" ? exit : `[${getString(terminated, "reason")}] ${message}`);
  }
  const last = get(status, "lastState", "terminated");
  if (last !== undefined) {
    const why = `${getString(last, "reason")}: exit code ${count(last, "exitCode")}`;
    errors.push(`container "${getString(status, "name")}" terminated at ${getString(last, "finishedAt")} (${why})`);
  }
  return errors;
}

function fullName(object: JsonObject): string {
  const space = namespace(object);
  return space === "" || space === "default" ? name(object) : `${space}/${name(object)}`;
}

const podSteps = [
  { type: "PodScheduled", verb: "scheduled", warns: false },
  { type: "Initialized", verb: "initialized", warns: true },
  { type: "Ready", verb: "ready", warns: true },
];

export function podHealth(pod: JsonObject): Health {
  for (const { type, verb, warns } of podSteps) {
    const condition = conditionOf(pod, type);
    if (condition?.status === "True") continue;
    if (type === "Ready" && getString(pod, "status", "phase") === "Succeeded") continue;
    const waiting = `Waiting for Pod "${fullName(pod)}" to be ${verb}`;
    if (!condition || !warns) return { ready: false, waiting, reasons: [] };
    const errors = asArray(get(pod, "status", "containerStatuses")).flatMap(containerErrors);
    const message = getString(condition, "reason") === "" ? "" : getString(condition, "message");
    const says = message !== "" || errors.length > 0;
    return { ready: false, waiting, reasons: says ? [`[Pod ${fullName(pod)}]: ${message}${errors.join("\n")}`] : [] };
  }
  return { ready: true, waiting: "", reasons: [] };
}

/** Of a Service and its Endpoints. */
export function serviceHealth(service: JsonObject, endpoints: JsonObject | undefined): Health & { pending: boolean } {
  const type = getString(service, "spec", "type") || "ClusterIP";
  const balanced = type !== "LoadBalancer" || asArray(get(service, "status", "loadBalancer", "ingress")).length > 0;
  const selects = Object.keys(asObject(get(service, "spec", "selector"))).length > 0;
  const headless = getString(service, "spec", "clusterIP") === "None";
  const waiting = "[1/3] Finding Pods to direct traffic to";
  if (type === "ExternalName" || headless || !selects) return { ready: balanced, pending: false, waiting, reasons: [] };
  const subsets = asArray(endpoints?.subsets);
  const addresses = subsets.some((subset) => asArray(get(subset, "addresses")).length > 0);
  const pending = subsets.some((subset) => asArray(get(subset, "notReadyAddresses")).length > 0);
  const reasons: string[] = [];
  if (!addresses) {
    reasons.push(
      "Service does not target any Pods. Selected Pods may not be ready, or " +
        "field '.spec.selector' may not match labels on any Pods",
    );
  }
  if (!balanced) reasons.push("Service was not allocated an IP address; does your cloud provider support this?");
  return { ready: balanced && !pending, pending, waiting, reasons };
}

function count(object: Json | undefined, ...path: string[]): number {
  const value = get(object, ...path);
  return typeof value === "number" ? value : 0;
}

/** Workloads: the same figures that `kubectl rollout status` looks at. */
export function workloadHealth(object: JsonObject): Health {
  const wanted = get(object, "spec", "replicas") === undefined ? 1 : count(object, "spec", "replicas");
  const observed = count(object, "status", "observedGeneration") >= count(object, "metadata", "generation");
  const waiting = `Waiting for ${getString(object, "kind")} "${fullName(object)}"`;
  const result = (ready: boolean): Health => ({ ready, waiting, reasons: [] });
  switch (object.kind) {
    case "Deployment":
      return result(
        observed &&
          count(object, "status", "updatedReplicas") >= wanted &&
          count(object, "status", "availableReplicas") >= wanted,
      );
    case "StatefulSet":
      return result(observed && count(object, "status", "readyReplicas") >= wanted);
    case "DaemonSet":
      return result(
        observed && count(object, "status", "numberReady") >= count(object, "status", "desiredNumberScheduled"),
      );
    case "Job":
      return result(conditionOf(object, "Complete")?.status === "True");
    default:
      return result(true);
  }
}
