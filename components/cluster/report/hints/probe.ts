import type { ContainerSpec, Probe } from "../../pods";
import type { FailureFacts } from "../facts";
import type { Advice } from "./types";

/** What to look at where a container runs and isn't ready: at what its probe asks, not at what probes ask as a rule. */
export function probeAdvice({ spec, role, port }: FailureFacts): Advice[] {
  const probe = spec?.startupProbe ?? (role === "sidecar" ? undefined : spec?.readinessProbe);
  if (probe !== undefined) return [{ text: `It runs, but its probe does not pass: ${question(probe, spec)}` }];
  if (role !== "app" || port === undefined) return [];
  return [{ text: `It runs, but its readiness probe does not pass: ${listening(port)}` }];
}

/** What to look at where kubelet killed a container for one of its probes. */
export function killedAdvice({ spec, verdict }: FailureFacts): Advice[] {
  if (verdict.probe === undefined) return [];
  const { kind } = verdict.probe;
  const probe = spec?.[`${kind}Probe`];
  return probe === undefined ? [] : [{ text: `What its ${kind} probe asks: ${question(probe, spec)}` }];
}

function question({ exec, grpc, httpGet, tcpSocket }: Probe, spec: ContainerSpec | undefined): string {
  if (exec !== undefined) {
    const command = (exec.command ?? []).join(" ").replace(/\s+/g, " ");
    return `does \`${command.length > 60 ? `${command.slice(0, 60)}…` : command}\` end with 0 in the container?`;
  }
  if (grpc !== undefined) return `does it answer gRPC's health check on port ${grpc.port ?? "?"} with SERVING?`;
  const asked = httpGet?.port ?? tcpSocket?.port;
  const named = spec?.ports?.find(({ name }) => name !== undefined && name === asked)?.containerPort;
  const listens = listening(named ?? asked ?? "?");
  return httpGet === undefined ? listens : `${listens} Does ${httpGet.path ?? "/"} answer 200 to 399?`;
}

function listening(port: number | string): string {
  return `does it listen on port ${port} of all addresses, not of 127.0.0.1 alone?`;
}
