import { rmSync } from "node:fs";
import { goEnvironment } from "../machine/goModule.ts";
import { withLock } from "../machine/lock.ts";
import type { Paths } from "../paths.ts";
import { requireGo } from "../preconditions.ts";

/** Builds what few need, when the first one needs it; who comes meanwhile waits for it. */
export async function buildOnce(
  paths: Paths,
  what: string,
  isBuilt: () => boolean,
  report: (line: string) => void,
  build: (go: string, env: NodeJS.ProcessEnv) => Promise<void>,
): Promise<void> {
  if (isBuilt()) return;
  const go = await requireGo();
  await withLock(paths.run, `building ${what}`, report, async () => {
    if (isBuilt()) return;
    report(`building ${what}, once (about a minute)`);
    await build(go, await goEnvironment(go, paths.go));
    rmSync(paths.go, { recursive: true, force: true });
  });
}
