import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { type AppContainer, ForwardProtocol, type InitPodArgs, type InitStep, Security, ServiceType } from "./args";
import { type EnvVar, environment, secretEnvironment } from "./environment";
import { literal } from "./expansion";
import { type Leaves, leavesOf } from "./leaves";
import { type Fields, merge, podListKeys, serviceListKeys } from "./merge";
import { namesOf } from "./names";
import { secretsIn } from "./secrets";
import { containerSecurity, podSecurity } from "./security";
import { planOf } from "./steps";
import { type Container } from "./steps/plan";
import type { Fail } from "./validation/checked";
import { httpPath, image as imageCheck } from "./validation/checks";
import { type VolumeMount, mountsBeside, planVolumes } from "./volumes";

/** What the arguments come to in Kubernetes. Leaves may be Outputs. */
export interface Manifest {
  /** Spec of the Pod. */
  podSpec: k8s.types.input.core.v1.PodSpec;
  /** Spec of the Service without its selector; undefined where none is asked for. */
  serviceSpec?: k8s.types.input.core.v1.ServiceSpec;
  /** Port that the app listens on; undefined where none is declared. */
  podPort?: number;
  /** First port of the Service; undefined without a Service. */
  servicePort?: number;
  /** Names of the init containers made from steps, in order. */
  initContainers: string[];
  /** Name of the app container. */
  appContainer: string;
  /** Failing attempts tolerated after the first, by init container and for every other one. */
  retries: { default: number; byContainer: Record<string, number> };
  /**
   * Texts that must not show in logs or errors, one below the other, "" where there is none. One of them is a secret
   * where a step can read one, be it Pulumi's or a Kubernetes Secret, so that whatever is made of all of them is too.
   */
  secrets: pulumi.Output<string>[];
}

/** Failing attempts tolerated after the first. */
export const defaultRetries = 1;
/** Name of the app container. */
export const defaultAppName = "app";
/**
 * Enough for curl and a shell. A Pod's request is the larger of its largest init container's and its apps' together,
 * so a step must not ask for more than it needs.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers
 */
const initRequests = { cpu: "10m", memory: "16Mi" };
/** The shortest that Kubernetes allows: `up` waits for the first probe that passes. */
const probePeriodSeconds = 1;
/** An app that answers later is busy, not unready. */
const probeTimeoutSeconds = 3;

/**
 * The Kubernetes objects that the arguments come to. Pure: no cluster, no engine, and the same result for the same
 * arguments. Call it only with arguments in which `problemsOf` found nothing.
 *
 * @param args - the arguments
 * @param fail - makes the error that a leaf throws when it resolves to a bad value
 * @returns specs and what the wait needs to know of them
 */
export function manifest(args: InitPodArgs, fail: Fail = (text) => new Error(text)): Manifest {
  const leaves = leavesOf(args, fail);
  const { init = [], container: app, security = Security.Restricted } = args;
  const plans = init.map((step) => planOf(step)?.plan);
  const appContainer = appName(app);
  const initContainers = stepNames(args);
  const volumes = planVolumes(
    plans.flatMap((plan) => plan?.writes ?? []),
    mapEntries(args.volumes, (volume, name) => leaves.volume(volume, `volumes.${name}`)),
    security,
    init.length > 0,
  );

  const base: Fields = {
    ...defined({ securityContext: podSecurity(security) }),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(init.length === 0
      ? {}
      : {
          initContainers: init.map((step, at) =>
            initContainer(step, `init[${at}]`, initContainers[at] ?? "", {
              security,
              mounts: volumes.initMounts,
              leaves,
            }),
          ),
        }),
    containers: [
      appContainerOf(app, appContainer, { security, mounts: volumes.appMounts, leaves }, args.forward?.protocol),
    ],
    ...(volumes.volumes.length === 0 ? {} : { volumes: volumes.volumes }),
  };
  const serviceSpec = serviceSpecOf(args);
  const podSpec = merge(base, args.podSpec ?? {}, podListKeys);
  return {
    // The fields are Kubernetes' own; a raw map of the user's can't be told to the type system.
    podSpec: podSpec as unknown as k8s.types.input.core.v1.PodSpec,
    serviceSpec,
    podPort: app.port,
    servicePort: firstPort(serviceSpec),
    initContainers,
    appContainer,
    retries: retriesOf(args, initContainers),
    secrets: [...secretsIn([args.init, app, args.podSpec]), ...(readsSecrets(init) ? [pulumi.secret("")] : [])],
  };
}

/**
 * Names of the init containers, in order: a step's own, else its kind, then kind-2, kind-3, …
 *
 * @param args - the arguments
 * @returns a name for each step
 */
export function stepNames(args: InitPodArgs): string[] {
  const items = (args.init ?? []).map((step) => {
    const planned = planOf(step);
    return { name: step.name ?? planned?.plan.name, kind: planned?.kind ?? "step" };
  });
  return namesOf(items, [appName(args.container)]);
}

/**
 * Name of the app container.
 *
 * @param app - the app
 * @returns its own name, else "app"
 */
export function appName(app: AppContainer): string {
  const raw: unknown = app.container?.name;
  return app.name ?? (typeof raw === "string" ? raw : defaultAppName);
}

interface Surroundings {
  readonly security: Security;
  readonly mounts: readonly VolumeMount[];
  readonly leaves: Leaves;
}

function initContainer(
  step: InitStep,
  field: string,
  name: string,
  { security, mounts, leaves }: Surroundings,
): Fields {
  const planned = planOf(step);
  if (planned === undefined) throw new Error(`${field} sets no kind of step`);
  const { kind, plan } = planned;
  const secretEnv = mapEntries(step.secretEnv, (from, name) => leaves.secret(from, `${field}.secretEnv.${name}`));
  const image = step.image ?? plan.image;
  const { env, ...own } = plan.container(`${field}.${kind}`, leaves);
  const base: Container = {
    name,
    ...defined({ image: image === undefined ? undefined : leaves.checked(image, `${field}.image`, imageCheck) }),
    ...(step.sidecar === true ? { restartPolicy: "Always" } : {}),
    ...own,
    ...envOf(security, [...((env ?? []) as EnvVar[]), ...secretEnvironment(secretEnv)]),
    resources: step.resources ?? { requests: { ...initRequests } },
    ...mountsOf(mounts, plan.raw?.volumeMounts),
    ...defined({ securityContext: containerSecurity(security) }),
    // The last lines stay readable in the Pod's status after the log is gone.
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
  return merge(base, plan.raw ?? {}, podListKeys);
}

function appContainerOf(
  app: AppContainer,
  name: string,
  { security, mounts, leaves }: Surroundings,
  protocol?: ForwardProtocol,
): Fields {
  const base: Container = {
    name,
    image: leaves.checked(app.image, "container.image", imageCheck),
    ...defined({ command: app.command?.map(literal), args: app.args?.map(literal) }),
    ...envOf(security, [...environment(app.env), ...secretEnvironment(app.secretEnv)]),
    ...(app.port === undefined
      ? {}
      : { ports: [{ containerPort: app.port }], readinessProbe: readinessProbe(app, app.port, leaves, protocol) }),
    ...defined({ resources: app.resources }),
    ...mountsOf(mounts, app.container?.volumeMounts),
    ...defined({ securityContext: containerSecurity(security) }),
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
  return merge(base, app.container ?? {}, podListKeys);
}

function readinessProbe(
  { readyPath }: AppContainer,
  port: number,
  leaves: Leaves,
  protocol?: ForwardProtocol,
): k8s.types.input.core.v1.Probe {
  const timing = { periodSeconds: probePeriodSeconds, timeoutSeconds: probeTimeoutSeconds };
  if (readyPath === undefined) return { tcpSocket: { port }, ...timing };
  const scheme = protocol === ForwardProtocol.Https ? { scheme: "HTTPS" } : {};
  return { httpGet: { path: leaves.checked(readyPath, "container.readyPath", httpPath), port, ...scheme }, ...timing };
}

function envOf(security: Security, env: EnvVar[]): { env?: EnvVar[] } {
  // On a read-only root file system the home of most images can't be written, and many tools insist.
  const home = security === Security.Image || env.some(({ name }) => name === "HOME") ? [] : [homeInTmp];
  const all = [...home, ...env];
  return all.length === 0 ? {} : { env: all };
}

const homeInTmp: EnvVar = { name: "HOME", value: "/tmp" };

function mountsOf(planned: readonly VolumeMount[], own: unknown): { volumeMounts?: VolumeMount[] } {
  const mounts = mountsBeside(planned, own).map((mount) => ({ ...mount }));
  return mounts.length === 0 ? {} : { volumeMounts: mounts };
}

function serviceSpecOf({ service, container, forward }: InitPodArgs): Manifest["serviceSpec"] {
  if (service === undefined || container.port === undefined) return undefined;
  const base = {
    type: service.type ?? ServiceType.ClusterIP,
    ports: [
      {
        // Named, as Kubernetes asks for a name as soon as there is a second port.
        name: forward?.protocol ?? ForwardProtocol.Http,
        port: service.port ?? container.port,
        targetPort: container.port,
      },
    ],
  };
  return merge(base, service.spec ?? {}, serviceListKeys);
}

function firstPort(spec: Manifest["serviceSpec"]): number | undefined {
  const ports: unknown = spec?.ports;
  const first: unknown = Array.isArray(ports) ? (ports[0] as Fields | undefined)?.port : undefined;
  return typeof first === "number" ? first : undefined;
}

function retriesOf(
  { init = [], retries = defaultRetries }: InitPodArgs,
  names: readonly string[],
): Manifest["retries"] {
  const byContainer = Object.fromEntries(init.map((step, at) => [names[at] ?? "", step.retries ?? retries] as const));
  return { default: retries, byContainer };
}

function readsSecrets(init: readonly InitStep[]): boolean {
  return init.some((step) => Object.keys({ ...step.secretEnv, ...planOf(step)?.plan.secrets }).length > 0);
}

function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function mapEntries<T>(record: Record<string, T> = {}, map: (value: T, key: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
