import { type InitPodArgs, MountIn, planOf, Security, type Volume } from "..";
import { isRestricted } from "../podSecurity";
import {
  dnsLabel,
  flag,
  folderOf,
  isWithin,
  mountPath,
  objectName,
  oneOf,
  type Problem,
  problemsInOptional,
  quantity,
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
    ...problemsInOptional(`${field}.mountIn`, volume.mountIn, oneOf(Object.values(MountIn))),
    ...problemsInOptional(`${field}.readOnly`, volume.readOnly, flag),
    ...problemsInOptional(`${field}.emptyDir.sizeLimit`, volume.emptyDir?.sizeLimit, quantity),
    ...problemsInOptional(`${field}.configMap`, volume.configMap, objectName),
    ...problemsInOptional(`${field}.secret`, volume.secret, objectName),
    ...problemsInOptional(`${field}.claim`, volume.claim, objectName),
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
    return Object.entries(plan?.reads ?? {}).flatMap(([name, path]) => {
      const over = mounts.find((mount) => isWithin(path, mount) || isWithin(mount, path));
      if (over === undefined) return [];
      const fix = `is not the image's, as the volume at ${over} is mounted over it; copy to another folder, or set by to "volume"`;
      return [{ field: `init[${at}].${kind}.${name}`, value: shownValue(path), fix }];
    });
  });
}

function unwritableVolume(path: string, volumes: Record<string, Volume>): string | undefined {
  const folder = folderOf(path);
  const [innermost] = Object.entries(volumes)
    .filter(([, { mountPath: at }]) => at !== undefined && isWithin(folder, at))
    .sort(([, one], [, other]) => (other.mountPath ?? "").length - (one.mountPath ?? "").length);
  if (innermost === undefined) return undefined;
  const [name, volume] = innermost;
  if (volume.mountIn === MountIn.App) return `lies in volume ${name}, which only the app mounts; set mountIn to "all"`;
  return volume.configMap !== undefined || volume.secret !== undefined
    ? `lies in volume ${name}, which can't be written to; choose another folder`
    : undefined;
}
