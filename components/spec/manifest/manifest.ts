import type { core } from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import { defaultProtocol, defaultRetries, type Retries, type Timeouts } from "../../contract";
import {
  appName,
  freeName,
  type InitPodArgs,
  type InitStep,
  planOf,
  Security,
  ServiceType,
  stepLimit,
  stepNames,
} from "..";
import { type Leaves } from "../environment";
import { type Fields, merge, podSchema, serviceSchema } from "../merging";
import type { ClusterRead } from "../steps/plan";
import { type Fail, mapArguments, objectName, registry } from "../values";
import { appContainer, initContainer, type Surroundings } from "./containers";
import { leavesOf } from "./leaves";
import { levelWarnings } from "./levelWarnings";
import { nothingOutside, type Outside, type OwnObject, OwnObjects } from "./objects";
import { account, hasOwnAccount, objectsFor } from "./reads";
import { defined, mapEntries } from "./records";
import { secretMarks, secretsIn } from "./secrets";
import { isForWindows, podSecurity, userOf } from "./security";
import { sharedPortWarning } from "./sharedPort";
import { planVolumes, type StepVolumes, type VolumeMount } from "./volumes";

/** What the arguments come to in Kubernetes. Leaves may be Outputs. */
export interface Manifest extends ServiceManifest {
  /** Spec of the Pod. */
  podSpec: core.v1.PodSpec;
  /** What is kept beside it. */
  objects: readonly OwnObject[];
  /** Failing attempts tolerated after the first, by init container and for every other one. */
  retries: Retries;
  /** Seconds that an attempt may take, by init container, where that is limited. */
  timeouts: Timeouts;
  /**
   * Texts that must not show in logs or errors, one below the other, "" where there is none. One of them is a secret
   * where a step can read one, be it Pulumi's or a Kubernetes Secret, so that whatever is made of all of them is too.
   */
  secrets: pulumi.Output<string>[];
  /** What is allowed and hardly meant, a sentence or two each. */
  warnings: string[];
}

/** What the arguments come to for the Service and the ports. */
export interface ServiceManifest {
  /** Spec of the Service without its selector; undefined where none is asked for. */
  serviceSpec?: core.v1.ServiceSpec;
  /** Port that the app listens on; undefined where none is declared. */
  podPort?: number;
  /** First port of the Service; undefined without a Service. */
  servicePort?: number;
}

/**
 * The Kubernetes objects that the arguments come to. Pure: no cluster, no engine, and the same result for the same
 * arguments. Call it only with arguments in which `problemsOf` found nothing; `fail` makes the error of a leaf that
 * resolves to a bad value.
 */
export function manifest(
  args: InitPodArgs,
  fail: Fail = (text) => new Error(text),
  outside: Outside = nothingOutside,
): Manifest {
  const objects = new OwnObjects(outside);
  const leaves = leavesOf(args, fail, objects);
  const { init = [], container: app, security = Security.Restricted } = args;
  const names = stepNames(args);
  const nameAt = (at: number): string => names[at] ?? "";
  const { volumes, initMounts, appMounts } = planVolumes({
    steps: init.map((step, at) => volumesOf(step, `init[${at}]`, nameAt(at), leaves.in(nameAt(at)), userOf(args))),
    appWrites: app.writes,
    declared: mapEntries(args.volumes, (volume, name) => leaves.volume(volume, `volumes.${name}`)),
    security,
  });
  const forWindows = isForWindows(args);
  const imageRegistry = args.imageRegistry && leaves.checked(args.imageRegistry, "imageRegistry", registry);
  const surroundingsOf = (container: string, mounts: readonly VolumeMount[]): Surroundings => ({
    security,
    forWindows,
    mounts,
    leaves: leaves.in(container),
    imageRegistry,
  });
  const initContainers = init.map((step, at) =>
    initContainer(step, `init[${at}]`, nameAt(at), surroundingsOf(nameAt(at), initMounts[at] ?? [])),
  );
  const reads = hasOwnAccount(args)
    ? []
    : init.flatMap((step, at) => readsOf(step, `init[${at}]`, leaves.in(nameAt(at))));
  const base: Fields = {
    ...defined({ securityContext: podSecurity(security, forWindows) }),
    ...(reads.length === 0 ? {} : { serviceAccountName: outside.nameOf(account) }),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...defined({ imagePullSecrets: pullSecrets(args, leaves) }),
    ...(init.length === 0 ? {} : { initContainers }),
    containers: [appContainer(app, appName(app), surroundingsOf(appName(app), appMounts), args.forward?.protocol)],
    ...(volumes.length === 0 ? {} : { volumes }),
  };
  const podSpec = merge(base, rawPod(args.podSpec ?? {}, leaves), podSchema);
  return {
    // The fields are Kubernetes' own; a raw map of the user's can't be told to the type system.
    podSpec: podSpec as unknown as core.v1.PodSpec,
    ...serviceManifest(args),
    objects: [...objects.all, ...objectsFor(reads, args.namespace)],
    retries: retriesOf(args),
    timeouts: timeoutsOf(args),
    secrets: [...secretsIn([args.init, app, args.podSpec]), ...secretMarks(podSpec)],
    warnings: [sharedPortWarning(podSpec, app.port), ...levelWarnings(args, podSpec)].filter(
      (text) => text !== undefined,
    ),
  };
}

/** The Service and the ports that the arguments come to. Pure, as `manifest`. */
export function serviceManifest(args: InitPodArgs): ServiceManifest {
  const serviceSpec = serviceSpecOf(args);
  return { serviceSpec, podPort: args.container.port, servicePort: firstPort(serviceSpec) };
}

function volumesOf(step: InitStep, field: string, container: string, leaves: Leaves, user?: number): StepVolumes {
  const { kind, plan } = planOf(step) ?? {};
  const { writes = [], secretWrites } = plan ?? {};
  const own: unknown = step.securityContext?.runAsUser;
  const runsAs = typeof own === "number" ? own : user;
  return { container, writes, secretWrites, own: plan?.volumes?.(`${field}.${String(kind)}`, leaves, runsAs) ?? [] };
}

function pullSecrets({ imagePullSecrets = [] }: InitPodArgs, { checked }: Leaves): Fields[] | undefined {
  if (imagePullSecrets.length === 0) return undefined;
  return imagePullSecrets.map((name, at) => ({ name: checked(name, `imagePullSecrets[${at}]`, objectName) }));
}

function readsOf(step: InitStep, field: string, leaves: Leaves): ClusterRead[] {
  const planned = planOf(step);
  return planned?.plan.reads?.(`${field}.${planned.kind}`, leaves) ?? [];
}

/** The user's fields of a PodSpec, of whose containers too long an argument is refused when it resolves. */
function rawPod(podSpec: Fields, leaves: Leaves): Fields {
  const containers = ["initContainers", "containers"].flatMap((list) => {
    const raw = podSpec[list];
    if (!Array.isArray(raw)) return [];
    const field = `podSpec.${list}`;
    return [
      [list, raw.map((one: Fields | null) => mapArguments(one, `${field}.${String(one?.name)}`, leaves.checked))],
    ];
  });
  return { ...podSpec, ...(Object.fromEntries(containers) as Fields) };
}

function serviceSpecOf({ service, container, forward }: InitPodArgs): Manifest["serviceSpec"] {
  if (service === undefined || container.port === undefined) return undefined;
  const port = service.port ?? container.port;
  const base = {
    type: service.type ?? ServiceType.ClusterIP,
    ports: [
      {
        // Named, as Kubernetes asks for a name as soon as there is a second port. By its number: in a preview the provider has
        // the API server check the Service with the old port beside a new one, and two of one name are refused.
        name: freeName(`${forward?.protocol ?? defaultProtocol}-${port}`, otherPortNames(service.spec?.ports, port)),
        port,
        targetPort: container.port,
      },
    ],
  };
  return merge(base, service.spec ?? {}, serviceSchema);
}

/** What the user calls the other ports. */
function otherPortNames(ports: unknown, port: number): Set<string> {
  const list: readonly unknown[] = Array.isArray(ports) ? ports : [];
  return new Set(
    list.flatMap((one) => {
      const { name, port: other, protocol = "TCP" } = (one ?? {}) as Fields;
      return typeof name === "string" && !(other === port && protocol === "TCP") ? [name] : [];
    }),
  );
}

function firstPort(spec: Manifest["serviceSpec"]): number | undefined {
  const ports: unknown = spec?.ports;
  const first: unknown = Array.isArray(ports) ? (ports[0] as Fields | undefined)?.port : undefined;
  return typeof first === "number" ? first : undefined;
}

/** Failing attempts that are tolerated after the first. Pure, as `manifest`. */
export function retriesOf(args: InitPodArgs): Retries {
  const { init = [], retries = defaultRetries } = args;
  const names = stepNames(args);
  const byContainer = Object.fromEntries(
    init.map((step, at) => [names[at] ?? "", step.retries ?? planOf(step)?.plan.retries ?? retries] as const),
  );
  return { default: retries, byContainer };
}

/** Seconds that an attempt may take, by init container, where that is limited. Pure, as `manifest`. */
export function timeoutsOf(args: InitPodArgs): Timeouts {
  const { init = [] } = args;
  const names = stepNames(args);
  return Object.fromEntries(
    init.flatMap((step, at) => {
      const seconds = stepLimit(step);
      return seconds === undefined ? [] : [[names[at] ?? "", seconds] as const];
    }),
  );
}
