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
 * Removes the forwards that a dead daemon left behind and whose Pods are gone, before it returns. Those whose Pods live, or
 * whose cluster does not answer, stay.
 */
export async function sweepForwards(folder = stateFolder()): Promise<void> {
  if (liveDaemon(folder) !== undefined) return;
  await Promise.all(
    listDesired(folder).map(async ({ key, forward }) => {
      if (!isHeld(folder, key) && (await hasNoPod(forward))) removeForward(folder, key);
    }),
  );
  if (listDesired(folder).length === 0) removeLeftovers(folder);
}

async function hasNoPod({ access, namespace, selector }: DesiredForward): Promise<boolean> {
  try {
    const client = await ClusterClient.connect(access);
    try {
      const request = { namespace, labelSelector: labelSelector(selector), timeoutMs: 3_000 };
      return (await listPods(client, request)).pods.length === 0;
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
    if (/\.(record\.json|hold\.json|tmp)$/.test(name) || name.startsWith(logName))
      rmSync(join(folder, name), { force: true });
  }
  try {
    rmdirSync(folder);
  } catch {
    // Something else lies there.
  }
}
