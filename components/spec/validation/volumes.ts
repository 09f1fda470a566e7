import { type InitPodArgs, MountIn, planOf, Security, type Volume } from "..";
import { isRestricted } from "../podSecurity";
import {
  absolutePath,
  dnsLabel,
  fileMode,
  flag,
  folderOf,
  isWithin,
  mountPath,
  objectName,
  oneOf,
  type Problem,
  problemsIn,
  problemsInOptional,
  quantity,
  relativePath,
  secretKey,
  shownValue,
  writtenPath,
} from "../values";

/** What is wrong with the volumes and with what steps write to them. */
export function volumeProblems(args: InitPodArgs): Problem[] {
  const volumes = Object.entries(args.volumes ?? {});
  return [
    ...volumes.flatMap(([name, volume]) => ownProblems(name, volume)),
    ...volumes.flatMap(([name, volume], at) => pathProblems(name, volume, volumes.slice(0, at))),
    ...writeProblems(args),
    ...secretWriteProblems(args),
    ...appWriteProblems(args),
    ...readProblems(args),
  ];
}

const sources = ["emptyDir", "configMap", "secret", "claim"] as const;

function ownProblems(name: string, volume: Volume): Problem[] {
  const field = `volumes.${name}`;
  const set = sources.filter((source) => volume[source] !== undefined);
  return [
    ...problemsInOptional(field, name, dnsLabel),
    ...(set.length > 1 ? [{ field, value: "", fix: `has ${set.join(", ")}; keep one of them` }] : []),
    ...problemsInOptional(`${field}.mountPath`, volume.mountPath, mountPath),
    ...problemsInOptional(`${field}.subPath`, volume.subPath, relativePath),
    ...(volume.subPath !== undefined && volume.mountPath === undefined
      ? [{ field: `${field}.subPath`, value: shownValue(volume.subPath), fix: "needs mountPath: where it is mounted" }]
      : []),
    ...problemsInOptional(`${field}.mountIn`, volume.mountIn, oneOf(Object.values(MountIn))),
    ...problemsInOptional(`${field}.readOnly`, volume.readOnly, flag),
    ...problemsInOptional(`${field}.emptyDir.sizeLimit`, volume.emptyDir?.sizeLimit, quantity),
    ...problemsInOptional(`${field}.configMap`, volume.configMap, objectName),
    ...problemsInOptional(`${field}.secret`, volume.secret, objectName),
    ...problemsInOptional(`${field}.claim`, volume.claim, objectName),
    ...fileProblems(volume, field),
  ];
}

/** Of what a ConfigMap or a Secret becomes, and nothing else does. */
function fileProblems(volume: Volume, field: string): Problem[] {
  const { items, mode } = volume;
  const entries = Object.entries(items ?? {});
  return [
    ...Object.entries({ items, mode }).flatMap(([name, value]) =>
      value === undefined || holdsFiles(volume)
        ? []
        : [{ field: `${field}.${name}`, value: "", fix: "is for the files of a configMap or secret; remove it" }],
    ),
    ...problemsInOptional(`${field}.mode`, mode, fileMode),
    ...(items !== undefined && entries.length === 0
      ? [{ field: `${field}.items`, value: "{}", fix: "must name a key; leave it out to have all of them" }]
      : []),
    ...entries.flatMap(([key, path], at) => {
      const other = entries.slice(0, at).find(([, earlier]) => earlier === path);
      return [
        ...problemsIn(`${field}.items.${key}`, key, secretKey),
        ...problemsIn(`${field}.items.${key}`, path, relativePath),
        ...(other === undefined
          ? []
          : [
              {
                field: `${field}.items.${key}`,
                value: shownValue(path),
                fix: `is the path of ${other[0]} too; choose another`,
              },
            ]),
      ];
    }),
  ];
}

function pathProblems(name: string, volume: Volume, earlier: readonly [string, Volume][]): Problem[] {
  const path = volume.mountPath;
  const other = earlier.find(([, one]) => path !== undefined && one.mountPath === path && mountedTogether(one, volume));
  return other === undefined
    ? []
    : [
        {
          field: `volumes.${name}.mountPath`,
          value: shownValue(path),
          fix: `is where ${other[0]} is mounted; choose another`,
        },
      ];
}

function mountedTogether({ mountIn: one = MountIn.All }: Volume, { mountIn: other = MountIn.All }: Volume): boolean {
  return one === other || one === MountIn.All || other === MountIn.All;
}

function writeProblems({ init = [], volumes = {} }: InitPodArgs): Problem[] {
  const writes = init.flatMap((step, at) =>
    (planOf(step)?.plan.writes ?? []).map((path) => ({ path, field: `init[${at}]` })),
  );
  return writes
    .filter(({ path }) => writtenPath(path) === undefined)
    .flatMap(({ path, field }, at) => {
      const earlier = writes.slice(0, at).find((other) => other.path === path);
      const unwritable = unwritableVolume(path, volumes);
      return [
        ...(earlier === undefined
          ? []
          : [
              {
                field,
                value: shownValue(path),
                fix: `is written by ${earlier.field} already; a step sees what earlier ones wrote`,
              },
            ]),
        ...(unwritable === undefined ? [] : [{ field, value: shownValue(path), fix: unwritable }]),
      ];
    });
}

/** What a step reads of its own image and would find a volume in the place of. */
function readProblems({ init = [], volumes = {}, security = Security.Restricted }: InitPodArgs): Problem[] {
  const written = init
    .flatMap((step) => planOf(step)?.plan.writes ?? [])
    .filter((path) => writtenPath(path) === undefined);
  const declared = Object.values(volumes).flatMap(({ mountPath: at, mountIn }) =>
    at === undefined || mountIn === MountIn.App ? [] : [at],
  );
  const mounts = [...written.map(folderOf), ...declared, ...(isRestricted(security) ? ["/tmp"] : [])];
  return init.flatMap((step, at) => {
    const { kind = "", plan } = planOf(step) ?? {};
    return Object.entries(plan?.imagePaths ?? {}).flatMap(([name, path]) => {
      const over = mounts.find((mount) => isWithin(path, mount) || isWithin(mount, path));
      if (over === undefined) return [];
      const fix = `is not the image's, as the volume at ${over} is mounted over it; copy to another folder, or set by to "volume"`;
      return [{ field: `init[${at}].${kind}.${name}`, value: shownValue(path), fix }];
    });
  });
}

function unwritableVolume(path: string, volumes: Record<string, Volume>): string | undefined {
  const innermost = volumeAround(folderOf(path), volumes);
  if (innermost === undefined) return undefined;
  const [name, volume] = innermost;
  if (volume.mountIn === MountIn.App) return `lies in volume ${name}, which only the app mounts; set mountIn to "all"`;
  return holdsFiles(volume) ? `lies in volume ${name}, which can't be written to; choose another folder` : undefined;
}

/** Of what the app says that it writes to. In a volume that it has to write to anyway, that is no more than a word. */
function appWriteProblems({ container, init = [], volumes = {} }: InitPodArgs): Problem[] {
  const folders = [
    ...new Set(
      init
        .flatMap((step) => planOf(step)?.plan.writes ?? [])
        .filter((path) => writtenPath(path) === undefined)
        .map(folderOf),
    ),
  ];
  return (container.writes ?? []).flatMap((path, at) => {
    const fix = absolutePath(path) ?? unwritableByApp(path, folders, volumes);
    return fix === undefined ? [] : [{ field: `container.writes[${at}]`, value: shownValue(path), fix }];
  });
}

function unwritableByApp(
  path: string,
  folders: readonly string[],
  volumes: Record<string, Volume>,
): string | undefined {
  const innermost = volumeAround(path, volumes);
  if (innermost === undefined) {
    if (folders.some((folder) => isWithin(path, folder))) return undefined;
    return folders.length === 0
      ? "lies in no folder that a step writes to, as none does; give the app a volume with this mountPath"
      : `lies in no folder that a step writes to (${folders.join(", ")}); give the app a volume with this mountPath`;
  }
  const [name, volume] = innermost;
  if (volume.mountIn === MountIn.Init) return `lies in volume ${name}, which only steps mount; set mountIn to "all"`;
  if (holdsFiles(volume)) return `lies in volume ${name}, which can't be written to; choose another folder`;
  return volume.readOnly === true ? `lies in volume ${name}, which is readOnly in the app; remove that` : undefined;
}

/** The innermost volume that is mounted at a path or around it. */
function volumeAround(path: string, volumes: Record<string, Volume>): [string, Volume] | undefined {
  return Object.entries(volumes)
    .filter(([, { mountPath: at }]) => at !== undefined && isWithin(path, at))
    .sort(([, one], [, other]) => (other.mountPath ?? "").length - (one.mountPath ?? "").length)[0];
}

function holdsFiles({ configMap, secret }: Volume): boolean {
  return configMap !== undefined || secret !== undefined;
}

/** What a step keeps from others must lie where nobody else mounts anything. */
function secretWriteProblems({ init = [], volumes = {} }: InitPodArgs): Problem[] {
  const at = (paths: readonly string[], place: number): { path: string; field: string }[] =>
    paths.filter((path) => writtenPath(path) === undefined).map((path) => ({ path, field: `init[${place}]` }));
  const secret = init.flatMap((step, place) => at(planOf(step)?.plan.secretWrites ?? [], place));
  const shared = [
    ...init
      .flatMap((step, place) => at(planOf(step)?.plan.writes ?? [], place))
      .map(({ path, field }) => ({ folder: folderOf(path), what: `${field} writes to ${folderOf(path)}` })),
    ...Object.entries(volumes).flatMap(([name, { mountPath: folder }]) =>
      folder === undefined ? [] : [{ folder, what: `volume ${name} is mounted at ${folder}` }],
    ),
  ];
  return secret.flatMap(({ path, field }, place) => {
    const folder = folderOf(path);
    const problem = (fix: string): Problem[] => [{ field, value: shownValue(path), fix }];
    const earlier = secret.slice(0, place).find((other) => other.path === path);
    if (earlier !== undefined) return problem(`is written by ${earlier.field} already; choose another path`);
    const touched = shared.find((other) => isWithin(folder, other.folder) || isWithin(other.folder, folder));
    if (touched !== undefined) return problem(`is a secret, and ${touched.what}; choose a folder of its own`);
    const nested = secret.find((other) => folderOf(other.path) !== folder && isWithin(folder, folderOf(other.path)));
    return nested === undefined
      ? []
      : problem(`lies within ${folderOf(nested.path)}, which ${nested.field} writes to; choose a folder beside it`);
  });
}
