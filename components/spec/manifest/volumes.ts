import type { core } from "@pulumi/kubernetes/types/input";
import { type EmptyDir, freeName, MountIn, nameOfPath, Security, type Volume } from "..";
import { folderOf, isWithin } from "../values";
import { defined } from "./records";

/** One mount of a container, of which InitPod knows where it is. */
export interface VolumeMount {
  name: string;
  mountPath: string;
  subPath?: string;
  readOnly?: boolean;
}

/** The volumes of a Pod and who mounts them. */
export interface VolumePlan {
  /** The Pod's volumes. */
  readonly volumes: core.v1.Volume[];
  /** What every init container mounts. */
  readonly initMounts: VolumeMount[];
  /** What the app mounts. */
  readonly appMounts: VolumeMount[];
}

/** A file that fills a node's disk takes all its Pods down; the limit evicts this Pod alone. */
const defaultSizeLimit = "1Gi";
/** Scratch space holds little; a Pod that needs more says so by a volume of its own at /tmp. */
const tmpSizeLimit = "256Mi";
const tmpPath = "/tmp";

/**
 * The folders that need a volume of their own, sorted: the parents of what steps write, but for those which lie in
 * another one or in a volume that is mounted there already.
 */
export function sharedFolders(written: readonly string[], volumes: Record<string, Volume> = {}): string[] {
  const mounted = Object.values(volumes).flatMap(({ mountPath }) => mountPath ?? []);
  const folders = [...new Set(written.map(folderOf))]
    .filter((folder) => !mounted.some((path) => isWithin(folder, path)))
    .sort();
  return folders.filter((folder) => !folders.some((other) => other !== folder && isWithin(folder, other)));
}

/** What volumes are planned from. */
export interface VolumeWants {
  /** What steps write, and whether there are any. */
  readonly written: readonly string[];
  readonly hasSteps: boolean;
  /** What of it the app writes to as well. */
  readonly appWrites?: readonly string[];
  readonly declared?: Record<string, Volume>;
  readonly security: Security;
}

/** The volumes of a Pod and who mounts them. A read-only root file system, by `security`, takes one for /tmp. */
export function planVolumes({ written, hasSteps, appWrites = [], declared = {}, security }: VolumeWants): VolumePlan {
  const taken = new Set(Object.keys(declared));
  const volumes: VolumePlan["volumes"] = Object.entries(declared).map(([name, volume]) => ({
    name,
    ...sourceOf(volume),
  }));
  const placed = Object.entries(declared).flatMap(([name, { mountPath, subPath, mountIn = MountIn.All, readOnly }]) =>
    mountPath === undefined ? [] : [{ mountIn, mount: { name, mountPath, ...defined({ subPath }) }, readOnly }],
  );
  const initMounts: VolumeMount[] = placed
    .filter(({ mountIn }) => mountIn !== MountIn.App)
    .map(({ mount }) => ({ ...mount }));
  const appMounts: VolumeMount[] = placed
    .filter(({ mountIn }) => mountIn !== MountIn.Init)
    .map(({ mount, readOnly }) => (readOnly === true ? { ...mount, readOnly } : { ...mount }));

  const addEmptyDir = (base: string, sizeLimit: string): string => {
    const name = freeName(base, taken);
    taken.add(name);
    volumes.push({ name, emptyDir: { sizeLimit } });
    return name;
  };

  for (const mountPath of sharedFolders(written, declared)) {
    const name = addEmptyDir(nameOfPath(mountPath), defaultSizeLimit);
    // Inside a read-only mount the runtime can't make the folder that another volume is mounted on.
    const readOnly =
      !appWrites.some((path) => isWithin(path, mountPath)) &&
      !appMounts.some((other) => isWithin(other.mountPath, mountPath));
    initMounts.push({ name, mountPath });
    appMounts.push(readOnly ? { name, mountPath, readOnly } : { name, mountPath });
  }

  if (security !== Security.Image) {
    // Not one volume for both: what a step leaves in its scratch space may be secret.
    if (hasSteps && !hasMountAt(initMounts, tmpPath)) {
      initMounts.push({ name: addEmptyDir("init-tmp", tmpSizeLimit), mountPath: tmpPath });
    }
    if (!hasMountAt(appMounts, tmpPath)) {
      appMounts.push({ name: addEmptyDir("tmp", tmpSizeLimit), mountPath: tmpPath });
    }
  }
  return { volumes, initMounts, appMounts };
}

/** The planned mounts of a container, without those whose volume its own Kubernetes fields, `own`, mount already. */
export function mountsBeside(planned: readonly VolumeMount[], own: unknown): VolumeMount[] {
  const named = Array.isArray(own) ? own.map((mount: Partial<VolumeMount> | null) => mount?.name) : [];
  return planned.filter(({ name }) => !named.includes(name));
}

function hasMountAt(list: readonly VolumeMount[], path: string): boolean {
  return list.some(({ mountPath }) => mountPath === path);
}

function sourceOf(volume: Volume): Omit<core.v1.Volume, "name"> {
  if (volume.configMap !== undefined) return { configMap: { name: volume.configMap, ...filesOf(volume) } };
  if (volume.secret !== undefined) return { secret: { secretName: volume.secret, ...filesOf(volume) } };
  if (volume.claim !== undefined) return { persistentVolumeClaim: { claimName: volume.claim } };
  return { emptyDir: emptyDirOf(volume.emptyDir ?? {}) };
}

function filesOf({ items, mode }: Volume): { items?: core.v1.KeyToPath[]; defaultMode?: number } {
  return defined({
    items: items && Object.entries(items).map(([key, path]) => ({ key, path })),
    defaultMode: mode === undefined ? undefined : Number.parseInt(mode, 8),
  });
}

function emptyDirOf({ sizeLimit = defaultSizeLimit, memory }: EmptyDir): core.v1.EmptyDirVolumeSource {
  return memory === true ? { sizeLimit, medium: "Memory" } : { sizeLimit };
}
