import { rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ClusterClient } from "../../cluster/api";
import { listPods } from "../../cluster/pods";
import { labelSelector } from "../../contract";
import {
  type DesiredForward,
  fileNames,
  isHeld,
  listDesired,
  liveDaemon,
  logName,
  removeForward,
  removeLock,
  stateFolder,
} from "../state";
import { spawnDaemon } from "./spawn";

/**
 * Revives the daemon where it died and left forwards behind: it goes on with those whose Pods live and removes the others.
 * Cheap where there is nothing to do, for every `up`, whether it forwards or not. Never throws.
 */
export function reviveForwards(folder = stateFolder()): void {
  try {
    if (liveDaemon(folder) !== undefined) return;
    if (listDesired(folder).length > 0) spawnDaemon();
    else removeLeftovers(folder);
  } catch {
    // Tidying up for an earlier run is no reason to fail this one.
  }
}

/**
 * Removes the forwards that a dead daemon left behind and whose Pods and Services are gone, before it returns. All others
 * stay: where only the Pod is gone, or there was no Service, it may have been deleted from outside the stack.
 */
export async function sweepForwards(folder = stateFolder()): Promise<void> {
  if (liveDaemon(folder) !== undefined) return;
  await Promise.all(
    listDesired(folder).map(async ({ key, forward }) => {
      if (!isHeld(folder, key) && (await isGone(forward))) removeForward(folder, key);
    }),
  );
  if (listDesired(folder).length === 0) removeLeftovers(folder);
}

async function isGone({ access, namespace, selector, hasService = false }: DesiredForward): Promise<boolean> {
  if (!hasService) return false;
  try {
    const client = await ClusterClient.connect(access);
    try {
      const request = { namespace, labelSelector: labelSelector(selector), timeoutMs: 3_000 };
      const found = await Promise.all(
        (["pods", "services"] as const).map((resource) => listPods(client, { ...request, resource })),
      );
      return found.every(({ pods }) => pods.length === 0);
    } finally {
      client.close();
    }
  } catch {
    return false;
  }
}

/**
 * What a dead daemon leaves besides forwards, and a process that was killed while it wrote a file. The folder goes too where
 * nothing else is in it.
 */
export function removeLeftovers(folder: string): void {
  const names = fileNames(folder);
  if (names.length === 0 || liveDaemon(folder) !== undefined) return;
  removeLock(folder);
  for (const name of names) {
    if (/\.(record\.json|hold\.json|tmp|question)$/.test(name) || name.startsWith(logName))
      rmSync(join(folder, name), { force: true });
  }
  try {
    rmdirSync(folder);
  } catch {
    // Something else lies there.
  }
}
