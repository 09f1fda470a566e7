import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { SandboxError } from "../errors.ts";
import type { Paths } from "../paths.ts";
import { layout } from "./layout.ts";
import { running } from "./running.ts";
import { stopPrograms } from "./stop.ts";

interface Owner {
  cache: string;
  state: string;
}

/**
 * The machine's one bridge belongs to one sandbox. Another's that lives is left alone; of one that is dead the remains
 * are cleared away.
 */
export async function takeOver(paths: Paths, report: (line: string) => void): Promise<void> {
  const owner = readOwner(paths);
  if (owner !== undefined && owner.cache !== paths.cache) {
    if (running(owner.cache).parts.size > 0) {
      throw new SandboxError(
        `Another sandbox runs on this machine, with its files in ${owner.cache}, and there can be one only. ` +
          `Stop it: XDG_CACHE_HOME='${dirname(owner.cache)}' npm run sandbox -- down`,
      );
    }
    report(`clearing away what a dead sandbox in ${owner.cache} left`);
    await stopPrograms({ ...paths, cache: owner.cache, state: owner.state });
  }
  mkdirSync(paths.run, { recursive: true });
  const { cache, state } = paths;
  writeFileSync(layout(paths).owner, JSON.stringify({ cache, state } satisfies Owner));
}

function readOwner(paths: Paths): Owner | undefined {
  try {
    return JSON.parse(readFileSync(layout(paths).owner, "utf8")) as Owner;
  } catch {
    return undefined;
  }
}
