import { existsSync } from "node:fs";
import { createApi } from "./cluster/api.ts";
import { contextName } from "./cluster/constants.ts";
import { allPass, apiCheck, nodeChecks, serviceChecks } from "./cluster/health.ts";
import { partNames } from "./cluster/parts.ts";
import { readPki } from "./cluster/pki.ts";
import { running } from "./cluster/running.ts";
import { readSetup, type Setup } from "./environment.ts";
import { startedAt } from "./machine/processes.ts";
import { type Paths, paths } from "./paths.ts";
import {
  containerdVersion,
  corednsVersion,
  kubernetesVersion,
  languageHostVersion,
  pulumiVersion,
} from "./versions.ts";

export interface PartStatus {
  name: string;
  state: "running" | "stopped" | "ready" | "not ready";
  pid?: number;
  since?: string;
}

export interface Status {
  running: boolean;
  parts: PartStatus[];
  versions: Record<string, string>;
  folder: string;
  kubeconfig: string;
  context: string;
  pulumi?: string;
  providers?: Setup["providers"];
}

export async function status(where: Paths = paths()): Promise<Status> {
  const live = running(where.cache).parts;
  const parts: PartStatus[] = partNames.map((name) => {
    const found = live.get(name);
    return found === undefined
      ? { name, state: "stopped" }
      : { name, state: "running", pid: found.pid, since: startedAt(found).toISOString() };
  });
  const works = await whatWorks(where, live.get("kubelet"));
  parts.push(...works);
  const setup = readSetup(where);
  return {
    running: parts.every(({ state }) => state === "running" || state === "ready"),
    parts,
    versions: {
      kubernetes: kubernetesVersion,
      containerd: containerdVersion,
      coredns: corednsVersion,
      pulumi: pulumiVersion,
      "pulumi-language-{nodejs,python,go}": languageHostVersion,
    },
    folder: where.cache,
    kubeconfig: where.kubeconfig,
    context: contextName,
    ...(setup === undefined ? {} : { pulumi: setup.pulumi, providers: setup.providers }),
  };
}

async function whatWorks(where: Paths, kubelet: Parameters<typeof startedAt>[0] | undefined): Promise<PartStatus[]> {
  if (kubelet === undefined || !existsSync(where.pki)) return [];
  const api = createApi(readPki(where.pki));
  const checks = [apiCheck(api), ...nodeChecks(api, startedAt(kubelet)), ...serviceChecks];
  return Promise.all(
    checks.map(
      async (check) => ({ name: check.name, state: (await allPass([check])) ? "ready" : "not ready" }) as const,
    ),
  );
}

export function formatStatus(value: Status): string {
  const rows = [
    ["PART", "STATE", "PID", "SINCE"],
    ...value.parts.map(({ name, state, pid, since }) => [name, state, String(pid ?? ""), since ?? ""]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const table = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const { kubernetes, random } = value.providers ?? {};
  return [
    ...table,
    "",
    `versions    ${Object.entries(value.versions)
      .map((pair) => pair.join(" "))
      .join(", ")}`,
    `folder      ${value.folder}`,
    `kubeconfig  ${value.kubeconfig} (context ${value.context})`,
    ...(value.pulumi === undefined ? [] : [`pulumi      ${value.pulumi}`]),
    ...(kubernetes === undefined ? [] : [`plugins     kubernetes: ${kubernetes}, random: ${random ?? ""}`]),
  ].join("\n");
}
