import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Seen } from "./wire.ts";

export const v1 = "client.authentication.k8s.io/v1";

/** What a server sees where the plugin ran as the kubeconfig says. */
export const run: Partial<Seen> = { authorization: "Bearer arguments::own:" };

/** An answer for the plugin to give, by the variable `ANSWER`. */
export function answer(status: string): string {
  return `{"apiVersion":"${v1}","kind":"ExecCredential","status":${status}}`;
}

/** A plugin whose token says how it was run, and which keeps what it was told. */
export function tellingPlugin(folder: string): string {
  const command = join(folder, "plugin.sh");
  writeFileSync(
    command,
    `#!/bin/sh
[ -z "$READS" ] || cat > /dev/null
printf '%s' "$KUBERNETES_EXEC_INFO" > '${join(folder, "told")}'
version=$(printf '%s' "$KUBERNETES_EXEC_INFO" | sed 's/.*"apiVersion":"\\([^"]*\\)".*/\\1/')
IFS=,
printf '%s' "\${ANSWER:-{\\"apiVersion\\":\\"$version\\",\\"kind\\":\\"ExecCredential\\",\\"status\\":{\\"token\\":\\"arguments:$*:own:$OWN\\"\\}\\}}"
`,
  );
  chmodSync(command, 0o755);
  return command;
}

/** What the plugin was told last. */
export function told(folder: string): object {
  return (JSON.parse(readFileSync(join(folder, "told"), "utf8")) as { spec: object }).spec;
}
