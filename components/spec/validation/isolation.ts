import { type InitPodArgs, MountIn, planOf, type Volume } from "..";
import { isPlain, type Problem, type SecretKey } from "../values";

/** A key of a Secret and the field that gives it away; every key where `key` is undefined. */
export interface Grant {
  readonly secret: unknown;
  readonly key?: unknown;
  readonly field: string;
}

/**
 * Secrets that are given to a step and that the app could see as well, one problem for each field that gives one.
 * Compared by Secret and key; a Secret that is mounted or imported as a whole counts as all its keys. Names that are
 * not known yet: see `leakProblem`, which the manifest asks when they resolve. What a step of plain Kubernetes asks for
 * by itself is not compared.
 */
export function isolationProblems(args: InitPodArgs): Problem[] {
  const toApp = appGrants(args);
  return [...stepGrants(args).flatMap((grant) => leakProblem(grant, toApp) ?? []), ...processProblems(args)];
}

/**
 * The problem of a Secret that is given to a step and that the app could see as well; undefined where there is none or
 * a name isn't known yet.
 */
export function leakProblem(toStep: Grant, toApp: readonly Grant[]): Problem | undefined {
  const { secret, key, field } = toStep;
  const other = toApp.find((grant) => sameSecret(grant, toStep));
  if (other === undefined) return undefined;
  const fix = `the app can read it as well, by ${other.field}; remove it there or give the app another Secret`;
  return { field, value: JSON.stringify(key === undefined ? { secret } : { secret, key }), fix };
}

function sameSecret(one: Grant, other: Grant): boolean {
  if (typeof one.secret !== "string" || one.secret !== other.secret) return false;
  return one.key === undefined || other.key === undefined || one.key === other.key;
}

function processProblems({ init = [], podSpec }: InitPodArgs): Problem[] {
  if (podSpec?.shareProcessNamespace !== true) return [];
  const fix =
    "the app can read it as well, by podSpec.shareProcessNamespace, from the sidecar's environment; remove it";
  return init.flatMap(({ sidecar, secretEnv = {} }, at) =>
    sidecar === true
      ? Object.keys(secretEnv).map((name) => ({ field: `init[${at}].secretEnv.${name}`, value: "", fix }))
      : [],
  );
}

function stepGrants({ init = [], volumes = {} }: InitPodArgs): Grant[] {
  return [
    ...init.flatMap((step, at) => [
      ...keyGrants(step.secretEnv, `init[${at}].secretEnv`),
      ...Object.entries(planOf(step)?.plan.secrets ?? {}).map(([name, from]) => ({
        ...from,
        field: `init[${at}].${planOf(step)?.kind ?? ""}.${name}`,
      })),
    ]),
    ...Object.entries(volumes).flatMap(([name, volume]) =>
      volume.mountIn === MountIn.Init ? mountedKeys(volume, `volumes.${name}`) : [],
    ),
  ];
}

/** What whoever mounts a volume, which stands at `field`, can read of its Secret: the chosen keys, else all of it. */
export function mountedKeys({ secret, items }: Volume, field: string): Grant[] {
  if (secret === undefined) return [];
  return items === undefined ? [{ secret, field }] : Object.keys(items).map((key) => ({ secret, key, field }));
}

/** All that the app could see of Secrets. Names may be Outputs. */
export function appGrants({ container: app, volumes = {}, podSpec = {} }: InitPodArgs): Grant[] {
  const containers = [
    { fields: mapIn(app.container), field: "container.container" },
    ...namedIn(podSpec.containers, "podSpec.containers"),
  ];
  const named = new Set(containers.flatMap(({ fields }) => listIn(fields.volumeMounts).map(({ name }) => name)));
  const isMounted = (name: string): boolean => {
    const { mountPath, mountIn } = volumes[name] ?? {};
    return named.has(name) || (mountPath !== undefined && mountIn !== MountIn.Init);
  };
  return [
    ...keyGrants(app.secretEnv, "container.secretEnv"),
    ...containers.flatMap(({ fields, field }) => environmentGrants(fields, field)),
    ...Object.entries(volumes).flatMap(([name, volume]) =>
      isMounted(name) ? mountedKeys(volume, `volumes.${name}`) : [],
    ),
    ...namedIn(podSpec.volumes, "podSpec.volumes")
      .filter(({ fields }) => isMounted(String(fields.name)))
      .flatMap(({ fields, field }) => volumeGrants(fields, field)),
  ];
}

function environmentGrants(container: Fields, field: string): Grant[] {
  return [
    ...listIn(container.env).flatMap((variable) => {
      const from = mapIn(mapIn(variable.valueFrom).secretKeyRef);
      return from.name === undefined
        ? []
        : [{ secret: from.name, key: from.key, field: `${field}.env.${String(variable.name)}` }];
    }),
    ...listIn(container.envFrom).flatMap((source) => {
      const from = mapIn(source.secretRef);
      return from.name === undefined ? [] : [{ secret: from.name, field: `${field}.envFrom` }];
    }),
  ];
}

function volumeGrants(volume: Fields, field: string): Grant[] {
  const { secretName, items } = mapIn(volume.secret);
  const projected = listIn(mapIn(volume.projected).sources).map(({ secret }) => mapIn(secret));
  return [{ name: secretName, items }, ...projected].flatMap(({ name, items: chosen }) => {
    if (name === undefined) return [];
    const only = listIn(chosen);
    return only.length === 0 ? [{ secret: name, field }] : only.map(({ key }) => ({ secret: name, key, field }));
  });
}

function keyGrants(env: Record<string, SecretKey> = {}, field: string): Grant[] {
  return Object.entries(env).map(([name, from]) => ({ ...from, field: `${field}.${name}` }));
}

type Fields = Record<string, unknown>;

function namedIn(list: unknown, field: string): { fields: Fields; field: string }[] {
  return listIn(list).map((fields) => ({ fields, field: `${field}.${String(fields.name)}` }));
}

function listIn(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(mapIn) : [];
}

function mapIn(value: unknown): Fields {
  return typeof value === "object" && value !== null && isPlain(value) ? (value as Fields) : {};
}
