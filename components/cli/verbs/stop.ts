import { urlOnThisMachine } from "../../contract";
import { endHungDaemon, isFree, removeLeftovers, reviveForwards } from "../../forward/client";
import { listDesired, liveDaemon, removeForward } from "../../forward/state";
import { delay } from "../../time";
import type { Command } from "./arguments";
import { chooseEach } from "./choose";
import { titleOf } from "./initPods";

/** A forward that was ended. */
export interface Stopped {
  name: string;
  namespace: string;
  url: string;
}

/** The daemon ends a forward within milliseconds; after this time it hangs. */
const patienceMs = 2_000;
const pollMs = 20;

/**
 * Ends forwards: the named ones, or all. The daemon ends with the last.
 * @throws {NameError} where a name means none of them, or several.
 */
export async function stopForwards(
  folder: string,
  { names, namespace, context }: Pick<Command, "names" | "namespace" | "context">,
): Promise<Stopped[]> {
  const all = listDesired(folder)
    .filter(({ forward }) => namespace === undefined || forward.namespace === namespace)
    .filter(({ forward }) => context === undefined || forward.context === context)
    .map(({ key, forward }) => ({ key, name: forward.name, namespace: forward.namespace, forward }))
    .sort((left, right) => (titleOf(left) < titleOf(right) ? -1 : 1));
  const chosen = chooseEach(names, all, "forward on this machine");
  for (const { key } of chosen) removeForward(folder, key);
  await untilClosed(
    folder,
    chosen.map(({ forward }) => forward.localPort),
  );
  if (listDesired(folder).length === 0) removeLeftovers(folder);
  return chosen.map(({ name, namespace, forward }) => ({
    name,
    namespace,
    url: urlOnThisMachine(forward.protocol, forward.localPort),
  }));
}

async function untilClosed(folder: string, ports: readonly number[]): Promise<void> {
  const startedAt = performance.now();
  for (;;) {
    const daemon = liveDaemon(folder);
    if (daemon === undefined) return;
    const isLast = listDesired(folder).length === 0;
    const free = await Promise.all(ports.map((port) => isFree(port)));
    if (!isLast && free.every(Boolean)) return;
    if (performance.now() - startedAt > patienceMs) {
      if (isLast) process.kill(daemon.pid, "SIGKILL");
      // Nothing frees the ports of a daemon that hangs but its end, and the other forwards need one that works.
      else if ((await endHungDaemon(folder)) !== undefined) reviveForwards(folder);
      return;
    }
    await delay(pollMs);
  }
}
