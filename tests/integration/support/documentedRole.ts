import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { kubectl, repo } from "./stack.ts";

/** The Role that the README shows, word for word. */
const documentedRole = /```yaml\n(apiVersion: rbac[\s\S]*?)```/.exec(
  readFileSync(join(repo, "README.md"), "utf8"),
)?.[1];

/** Makes service accounts with the rights that the README asks for. */
export async function createAccounts(namespace: string, folder: string, names: readonly string[]): Promise<void> {
  const file = join(folder, "role.yaml");
  writeFileSync(file, documentedRole ?? "");
  await kubectl(["apply", "-n", namespace, "-f", file]);
  for (const name of names) await kubectl(["create", "serviceaccount", name, "-n", namespace]);
  const subjects = names.map((name) => `--serviceaccount=${namespace}:${name}`);
  await kubectl(["create", "rolebinding", "init-pod", "-n", namespace, "--role=init-pod", ...subjects]);
}
