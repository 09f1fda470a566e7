import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Paths } from "../paths.ts";
import { configFiles } from "./config.ts";
import { apiServer, contextName } from "./constants.ts";
import { type Layout, layout } from "./layout.ts";
import { objects } from "./objects.ts";
import { logins, type Part, type PartName, parts } from "./parts.ts";
import { kubeconfig, type Pki } from "./pki.ts";

/** Where the programs that the cluster consists of are. */
export interface Programs {
  built: string;
  toolsBin: string;
  cniPlugins: string;
  /** The images' archive. */
  images: string;
}

/** All that a start goes by. */
export interface Plan {
  layout: Layout;
  programs: Programs;
  parts: Record<PartName, Part>;
  files: Record<string, string>;
  /** A change of these needs a restart. */
  processes: string;
  /** A change of these is brought into the running cluster. */
  contents: string;
}

export function plan(paths: Paths, programs: Programs): Plan {
  const where = layout(paths);
  const { built, toolsBin, cniPlugins } = programs;
  const files = configFiles(where, { runc: join(toolsBin, "runc"), cniPlugins }, paths.pki);
  const all = parts({ layout: where, built, toolsBin, pki: paths.pki });
  const processes = hash([files, all]);
  return { layout: where, programs, parts: all, files, processes, contents: hash([objects, programs.images]) };
}

function hash(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

/** What of the plan is in force, as far as the last start got. */
export function inForce(paths: Paths, wanted: Plan): { processes: boolean; contents: boolean } {
  const [processes, contents] = existsSync(planFile(paths)) ? readFileSync(planFile(paths), "utf8").split("\n") : [];
  return { processes: processes === wanted.processes, contents: contents === wanted.contents };
}

export function writePlan(paths: Paths, wanted: Plan, contents: boolean): void {
  writeFileSync(planFile(paths), `${wanted.processes}\n${contents ? wanted.contents : ""}\n`);
}

function planFile(paths: Paths): string {
  return join(paths.state, "plan");
}

/** They hold tokens, so nobody else may read them. */
export function writeConfig(paths: Paths, wanted: Plan, pki: Pki): void {
  const write = (file: string, content: string): void => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode: 0o600 });
  };
  for (const [name, content] of Object.entries(wanted.files)) write(join(wanted.layout.config, name), content);
  for (const user of logins) {
    write(join(wanted.layout.config, `${user}.kubeconfig`), kubeconfig(pki, user, apiServer, user));
  }
  write(paths.kubeconfig, kubeconfig(pki, "admin", apiServer, contextName));
}
