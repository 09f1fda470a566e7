import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * A folder that is either complete or absent: it is made under another name and moved into place at the end. The key
 * says what it was made from, so a change of that makes it anew and removes what it replaces.
 */
export async function stored(
  parent: string,
  key: string,
  make: (folder: string) => Promise<void>,
): Promise<{ folder: string; made: boolean }> {
  const folder = join(parent, key);
  if (existsSync(folder)) return { folder, made: false };
  const unfinished = join(parent, `${key}.unfinished`);
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  await make(unfinished);
  renameSync(unfinished, folder);
  for (const other of readdirSync(parent)) {
    if (other !== key) rmSync(join(parent, other), { recursive: true, force: true });
  }
  return { folder, made: true };
}
