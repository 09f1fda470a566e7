import type { core } from "@pulumi/kubernetes/types/input";
import { type EmptyDir, freeName, MountIn, nameOfPath, type Security, type Volume } from "..";
import { isRestricted } from "../podSecurity";
import type { OwnVolume, StepPlan } from "../steps/plan";
import { folderOf, isWithin } from "../values";
import { defined } from "./records";

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

/** What volumes are planned from. */
export interface VolumeWants {
  readonly steps: readonly StepVolumes[];
  /** What of it the app writes to as well. */
  readonly appWrites?: readonly string[];
  readonly declared?: Record<string, Volume>;
  readonly security: Security;
}

/** The volumes of a Pod and who mounts them. A read-only root file system, by `security`, takes one for /tmp. */
export function planVolumes({ steps, appWrites = [], declared = {}, security }: VolumeWants): VolumePlan {
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
    const readOnly =
      !appWrites.some((path) => isWithin(path, mountPath)) &&
      !appMounts.some((other) => isWithin(other.mountPath, mountPath));
    initMounts.push({ name, mountPath });
    appMounts.push(readOnly ? { name, mountPath, readOnly } : { name, mountPath });
  }

  if (isRestricted(security)) {
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
