import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { EnvVar } from "../../../components/spec/environment/envVar.ts";
import type { Container } from "../../../components/spec/steps/plan.ts";

/**
 * What the kubelet makes of command, args and env values: $(NAME) becomes a variable, "$$" becomes "$".
 *
 * Source: https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
export function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) =>
    whole === "$$" ? "$" : ((name === undefined ? undefined : env[name]) ?? whole),
  );
}

export interface Ended {
  code: number | null;
  log: string;
}

/** A container's process on this machine, as the kubelet would start it. Values of Secrets by "secret/key". */
export function start(
  container: Container,
  secrets: Readonly<Record<string, string>> = {},
): { process: ChildProcess; ended: Promise<Ended> } {
  const env: Record<string, string> = {};
  for (const { name, value, valueFrom } of container.env as EnvVar[]) {
    const from = (valueFrom as { secretKeyRef?: { name: string; key: string } } | undefined)?.secretKeyRef;
    env[name as string] =
      from === undefined ? expand(value as string, env) : (secrets[`${from.name}/${from.key}`] ?? "");
  }
  const [command = "", ...args] = (container.command as string[]).map((part) => expand(part, env));
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (log += chunk.toString()));
  return { process: child, ended: once(child, "close").then(([code]) => ({ code: code as number | null, log })) };
}

/** A container's process on this machine, from its start to its end. */
export async function run(container: Container, secrets?: Readonly<Record<string, string>>): Promise<Ended> {
  return await start(container, secrets).ended;
}
