import type { core } from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import { ForwardProtocol } from "../../contract";
import { type AppContainer, type InitStep, planOf, type Security, stepLimit } from "..";
import { environment, type EnvVar, escapeExpansion, type Leaves, secretEnvironment } from "../environment";
import { type Fields, merge, podSchema } from "../merging";
import { isRestricted } from "../podSecurity";
import type { Container, StepPlan } from "../steps/plan";
import { argumentSize, httpPath, image as imageCheck, mapArguments, mirrored } from "../values";
import { defined, mapEntries } from "./records";
import { containerSecurity } from "./security";
import { mountsBeside, type VolumeMount } from "./volumes";

const probeTiming = {
  /** The shortest that Kubernetes allows: `up` waits for the first probe that passes. */
  periodSeconds: 1,
  /** What answers later is busy, not unready. */
  timeoutSeconds: 3,
} as const;
/** So many more than the limit of a step has seconds: `up` is to say that it is over before kubelet kills the container. */
const extraFailures = 5;

/** What a container gets from the Pod around it. */
export interface Surroundings {
  readonly security: Security;
  readonly forWindows: boolean;
  readonly mounts: readonly VolumeMount[];
  readonly leaves: Leaves;
  /** Where default images come from, if not from the cluster's default registry. */
  readonly imageRegistry?: pulumi.Input<string>;
}

/**
 * The init container of a step, which stands at `field` of the arguments.
 * @throws {Error} where the step doesn't set exactly one kind.
 */
export function initContainer(
  step: InitStep,
  field: string,
  name: string,
  { security, forWindows, mounts, leaves, imageRegistry }: Surroundings,
): Fields {
  const planned = planOf(step);
  if (planned === undefined) throw new Error(`${field} sets no kind of step`);
  const { kind, plan } = planned;
  const secretEnv = mapEntries(step.secretEnv, (from, key) => leaves.secret(from, `${field}.secretEnv.${key}`));
  const image = step.image ?? defaultImage(plan, imageRegistry);
  const { env, ...ofKind } = plan.container(`${field}.${kind}`, leaves);
  const base: Container = {
    name,
    ...defined({ image: image === undefined ? undefined : leaves.checked(image, `${field}.image`, imageCheck) }),
    ...(step.sidecar === true ? { restartPolicy: "Always" } : {}),
    ...ofKind,
    ...envOf(security, [...((env ?? []) as EnvVar[]), ...secretEnvironment(secretEnv)]),
    // No requests by default: a namespace's LimitRange may refuse any amount, and nobody would know where it came from.
    ...defined({ resources: step.resources }),
    ...defined({ startupProbe: startupProbe(step, `${field}.startWhen`, leaves) }),
    ...mountsOf(mounts, plan.raw?.volumeMounts),
    ...defined({ securityContext: containerSecurity(security, forWindows) }),
    // The last lines stay readable in the Pod's status after the log is gone.
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
  const own = merge(base, { securityContext: step.securityContext }, podSchema);
  return merge(own, rawFields(plan.raw, `${field}.${kind}`, leaves), podSchema);
}

/** The kind's own image. One that its arguments name is the user's. */
function defaultImage(
  { image, raw }: StepPlan,
  imageRegistry: pulumi.Input<string> | undefined,
): pulumi.Input<string> | undefined {
  if (image === undefined || imageRegistry === undefined || raw?.image !== undefined) return image;
  return mirrored(image, imageRegistry);
}

/** The app container; `protocol` is what it speaks on its port. */
export function appContainer(
  app: AppContainer,
  name: string,
  { security, forWindows, mounts, leaves }: Surroundings,
  protocol?: ForwardProtocol,
): Fields {
  const secretEnv = mapEntries(app.secretEnv, (from, key) => leaves.secretKey(from, `container.secretEnv.${key}`));
  const base: Container = {
    name,
    image: leaves.checked(app.image, "container.image", imageCheck),
    ...defined({
      command: literal(app.command, "container.command", leaves),
      args: literal(app.args, "container.args", leaves),
    }),
    ...envOf(security, [...environment(app.env, "container.env", leaves), ...secretEnvironment(secretEnv)]),
    ...(app.port === undefined
      ? {}
      : { ports: [{ containerPort: app.port }], readinessProbe: readinessProbe(app, app.port, leaves, protocol) }),
    ...defined({ resources: app.resources }),
    ...mountsOf(mounts, app.container?.volumeMounts),
    ...defined({ securityContext: containerSecurity(security, forWindows) }),
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
  return merge(base, rawFields(app.container, "container.container", leaves), podSchema);
}

/** Arguments of a process as they are, with no $(NAME) expanded. */
function literal(
  parts: readonly pulumi.Input<string>[] | undefined,
  field: string,
  { checked }: Leaves,
): pulumi.Input<string>[] | undefined {
  return parts?.map((part, at) => escapeExpansion(checked(part, `${field}[${at}]`, argumentSize)));
}

/** A Kubernetes Container of the user's, of which too long an argument is refused when it resolves. */
function rawFields(raw: Fields = {}, field: string, { checked }: Leaves): Fields {
  return mapArguments(raw, field, checked) as Fields;
}

function startupProbe(step: InitStep, field: string, leaves: Leaves): core.v1.Probe | undefined {
  if (step.startWhen === undefined) return undefined;
  const { port, command } = step.startWhen;
  return {
    ...(port === undefined
      ? { exec: { command: literal(command, `${field}.command`, leaves) } }
      : { tcpSocket: { port } }),
    ...probeTiming,
    failureThreshold: Math.ceil(stepLimit(step) ?? 0) + extraFailures,
  };
}

function readinessProbe(
  { readyPath }: AppContainer,
  port: number,
  leaves: Leaves,
  protocol?: ForwardProtocol,
): core.v1.Probe {
  if (readyPath === undefined) return { tcpSocket: { port }, ...probeTiming };
  const scheme = protocol === ForwardProtocol.Https ? { scheme: "HTTPS" } : {};
  return {
    httpGet: { path: leaves.checked(readyPath, "container.readyPath", httpPath), port, ...scheme },
    ...probeTiming,
  };
}

function envOf(security: Security, env: EnvVar[]): { env?: EnvVar[] } {
  // On a read-only root file system the home of most images can't be written, and many tools insist.
  const home = !isRestricted(security) || env.some(({ name }) => name === "HOME") ? [] : [homeInTmp];
  const all = [...home, ...env];
  return all.length === 0 ? {} : { env: all };
}

const homeInTmp: EnvVar = { name: "HOME", value: "/tmp" };

function mountsOf(planned: readonly VolumeMount[], own: unknown): { volumeMounts?: VolumeMount[] } {
  const mounts = mountsBeside(planned, own).map((mount) => ({ ...mount }));
  return mounts.length === 0 ? {} : { volumeMounts: mounts };
}
