import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A credential plugin that writes down each of its runs and hands out a token per run. */
export function credentialPlugin(folder: string, body = ""): { command: string; runs: () => string[] } {
  const command = join(folder, "plugin.sh");
  const log = join(folder, "runs");
  writeFileSync(log, "");
  writeFileSync(
    command,
    `#!/bin/sh
printf '%s\\n' "$KUBERNETES_EXEC_INFO" >> '${log}'
${body}
n=$(wc -l < '${log}')
echo '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "token-'$((n))'"}}'
`,
  );
  chmodSync(command, 0o755);
  return { command, runs: () => readFileSync(log, "utf8").split("\n").filter(Boolean) };
}

export function execUser(command: string, more: object = {}): object {
  return { exec: { apiVersion: "client.authentication.k8s.io/v1", command, interactiveMode: "Never", ...more } };
}
