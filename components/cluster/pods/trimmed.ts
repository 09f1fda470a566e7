import { ownPrefix } from "../../contract";
import type { ContainerSpec, ContainerStatus, Pod, Probe } from "./pod";

/** The part of a Pod that is read here, without what it has beside: whoever watches holds many of them for long. */
export function trimmed({ metadata, spec, status }: Pod): Pod {
  const {
    name,
    namespace,
    uid,
    creationTimestamp,
    deletionTimestamp,
    finalizers,
    resourceVersion,
    labels,
    annotations,
  } = metadata;
  const own = Object.entries(annotations ?? {}).filter(([key]) => key.startsWith(ownPrefix));
  return {
    metadata: {
      name,
      namespace,
      uid,
      creationTimestamp,
      deletionTimestamp,
      finalizers,
      resourceVersion,
      labels,
      annotations: Object.fromEntries(own),
    },
    spec: spec && {
      restartPolicy: spec.restartPolicy,
      securityContext: spec.securityContext,
      initContainers: spec.initContainers?.map(trimmedSpec),
      containers: spec.containers?.map(trimmedSpec),
      volumes: spec.volumes?.flatMap(({ name, image }) => (image === undefined ? [] : [{ name, image }])),
    },
    status: status && {
      phase: status.phase,
      reason: status.reason,
      message: status.message,
      startTime: status.startTime,
      conditions: status.conditions,
      initContainerStatuses: status.initContainerStatuses?.map(trimmedStatus),
      containerStatuses: status.containerStatuses?.map(trimmedStatus),
    },
  };
}

function trimmedSpec({
  name,
  image,
  command,
  args,
  restartPolicy,
  restartPolicyRules,
  resources,
  ports,
  securityContext,
  readinessProbe,
  startupProbe,
  livenessProbe,
}: ContainerSpec): ContainerSpec {
  return {
    name,
    image,
    command: command?.map(begin),
    args: args?.map(begin),
    restartPolicy,
    restartPolicyRules,
    resources: resources && { limits: resources.limits },
    ports,
    securityContext,
    readinessProbe: readinessProbe?.httpGet && { httpGet: readinessProbe.httpGet },
    startupProbe: trimmedProbe(startupProbe),
    livenessProbe: trimmedProbe(livenessProbe),
  };
}

/** Whether there is one, and whether it runs a program. */
function trimmedProbe(probe: Probe | undefined): Probe | undefined {
  return probe && (probe.exec ? { exec: {} } : {});
}

/** Of a word of a command, which may be a whole script. */
const longestWord = 256;

function begin(word: string): string {
  return word.length > longestWord ? `${word.slice(0, longestWord)}…` : word;
}

function trimmedStatus(status: ContainerStatus): ContainerStatus {
  const { name, restartCount, ready, started, containerID, state, lastState } = status;
  return { name, restartCount, ready, started, containerID, state, lastState };
}
