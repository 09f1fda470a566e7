import type { core } from "@pulumi/kubernetes/types/input";
import { type EmptyDir, freeName, MountIn, nameOfPath, Security, type Volume } from "..";
import type { OwnVolume, StepPlan } from "../steps/plan";
import { folderOf, isWithin } from "../values";

/** One mount of a container, of which InitPod knows where it is. */
export interface VolumeMount {
  name: string;
  mountPath: string;
  subPath?: string;
  readOnly?: boolean;
}

/** What a step does to volumes. */
export interface StepVolumes extends Pick<StepPlan, "writes" | "secretWrites"> {
  /** Name of its container. */
  readonly container: string;
  readonly own: readonly OwnVolume[];
}

/** The volumes of a Pod and who mounts them. */
export interface VolumePlan {
  /** The Pod's volumes. */
  readonly volumes: core.v1.Volume[];
  /** What each init container mounts. */
  readonly initMounts: readonly VolumeMount[][];
  /** What the app mounts. */
  readonly appMounts: VolumeMount[];
}

/** A file that fills a node's disk takes all its Pods down; the limit evicts this Pod alone. */
const defaultSizeLimit = "1Gi";
/** Scratch space holds little; a Pod that needs more says so by a volume of its own at /tmp. */
const tmpSizeLimit = "256Mi";
const tmpPath = "/tmp";
/** Enough for every credential. In memory it counts against the containers' limits. */
const secretSizeLimit = "16Mi";

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

/** The volumes of a Pod and who mounts them. A read-only root file system, by `security`, takes one for /tmp. */
export function planVolumes(
  steps: readonly StepVolumes[],
  declared: Record<string, Volume> = {},
  security: Security = Security.Restricted,
): VolumePlan {
  const taken = new Set(Object.keys(declared));
  const volumes: VolumePlan["volumes"] = Object.entries(declared).map(([name, volume]) => ({
    name,
    ...sourceOf(volume),
  }));
  const placed = Object.entries(declared).flatMap(([name, { mountPath, mountIn = MountIn.All, readOnly }]) =>
    mountPath === undefined ? [] : [{ mountIn, mount: { name, mountPath }, readOnly }],
  );
  const initMounts: VolumeMount[] = placed
    .filter(({ mountIn }) => mountIn !== MountIn.App)
    .map(({ mount }) => ({ ...mount }));
  const appMounts: VolumeMount[] = placed
    .filter(({ mountIn }) => mountIn !== MountIn.Init)
    .map(({ mount, readOnly }) => (readOnly === true ? { ...mount, readOnly } : { ...mount }));

  const add = (base: string, source: OwnVolume["source"]): string => {
    const name = freeName(base, taken);
    taken.add(name);
    volumes.push({ name, ...source });
    return name;
  };
  const addEmptyDir = (base: string, sizeLimit: string): string => add(base, { emptyDir: { sizeLimit } });

  const written = steps.flatMap(({ writes }) => writes);
  for (const mountPath of sharedFolders(written, declared)) {
    const name = addEmptyDir(nameOfPath(mountPath), defaultSizeLimit);
    // Inside a read-only mount the runtime can't make the folder that another volume is mounted on.
    const readOnly = !appMounts.some((other) => isWithin(other.mountPath, mountPath));
    initMounts.push({ name, mountPath });
    appMounts.push(readOnly ? { name, mountPath, readOnly } : { name, mountPath });
  }

  if (security !== Security.Image) {
    // Not one volume for both: what a step leaves in its scratch space may be secret.
    if (steps.length > 0 && !hasMountAt(initMounts, tmpPath)) {
      initMounts.push({ name: addEmptyDir("init-tmp", tmpSizeLimit), mountPath: tmpPath });
    }
    if (!hasMountAt(appMounts, tmpPath)) {
      appMounts.push({ name: addEmptyDir("tmp", tmpSizeLimit), mountPath: tmpPath });
    }
  }

  const secret = new Map<string, string>();
  for (const { secretWrites = [] } of steps) {
    for (const mountPath of secretWrites.map(folderOf)) {
      if (secret.has(mountPath)) continue;
      const source = { emptyDir: { sizeLimit: secretSizeLimit, medium: "Memory" } };
      secret.set(mountPath, add(nameOfPath(mountPath), source));
    }
  }
  for (const [mountPath, name] of secret) appMounts.push({ name, mountPath, readOnly: true });

  const ofSteps = steps.map(({ container, secretWrites = [], own }) => [
    ...initMounts.map((mount) => ({ ...mount })),
    ...[...secret]
      .filter(([mountPath]) => secretWrites.some((path) => folderOf(path) === mountPath))
      .map(([mountPath, name]) => ({ name, mountPath })),
    ...own.map(({ suffix, mountPath, subPath, source }) => ({
      name: add(`${container}-${suffix}`, source),
      mountPath,
      ...(subPath === undefined ? {} : { subPath }),
      readOnly: true,
    })),
  ]);
  return { volumes, initMounts: ofSteps, appMounts };
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
  if (volume.configMap !== undefined) return { configMap: { name: volume.configMap } };
  if (volume.secret !== undefined) return { secret: { secretName: volume.secret } };
  if (volume.claim !== undefined) return { persistentVolumeClaim: { claimName: volume.claim } };
  return { emptyDir: emptyDirOf(volume.emptyDir ?? {}) };
}

function emptyDirOf({ sizeLimit = defaultSizeLimit, memory }: EmptyDir): core.v1.EmptyDirVolumeSource {
  return memory === true ? { sizeLimit, medium: "Memory" } : { sizeLimit };
}
