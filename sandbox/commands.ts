import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Paths } from "./paths.ts";

/** Commands for the user's shell, in a folder whose path stays the same when what they stand for changes. */
export function writeCommands(paths: Paths, built: string): void {
  const commands = new Map([
    // kubectl's own cache would go to the home folder.
    ["kubectl", `export KUBECACHEDIR='${join(paths.cache, "kubectl")}'\nexec '${join(built, "kube")}' kubectl "$@"`],
  ]);
  // Not its language hosts: it finds those beside itself, and warns of others on the PATH.
  if (existsSync(join(built, "pulumi"))) commands.set("pulumi", `exec '${join(built, "pulumi")}' "$@"`);
  mkdirSync(paths.bin, { recursive: true });
  for (const name of readdirSync(paths.bin)) if (!commands.has(name)) rmSync(join(paths.bin, name));
  for (const [name, text] of commands) replace(join(paths.bin, name), `#!/bin/sh\n${text}\n`);
}

/** In one step, and only where something changes: a shell may be reading it. */
function replace(file: string, content: string): void {
  if (existsSync(file) && readFileSync(file, "utf8") === content) return;
  writeFileSync(`${file}.new`, content, { mode: 0o755 });
  renameSync(`${file}.new`, file);
}
