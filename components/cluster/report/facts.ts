import {
  type ContainerRole,
  type ContainerSpec,
  type ContainerStatus,
  type Pod,
  type PodSpec,
  roleOf,
  statusesOf,
} from "../pods";
import type { FailedVerdict } from "../verdict";
import { type ExitingProcess, exitingProcess } from "./exitCodes";

/** What the report looks up of the container at fault. */
export interface FailureFacts {
  namespace: string;
  podName: string;
  verdict: FailedVerdict;
  container?: string;
  role?: ContainerRole;
  image?: string;
  /** Whose exit code the container's is. */
  process: ExitingProcess;
  memoryLimit?: string;
  port?: number;
  status?: ContainerStatus;
  /** What the Pod asks for, as it lives in the cluster: as far as it is known. */
  spec?: ContainerSpec;
  podSpec?: PodSpec;
}

export function failureFacts(pod: Pod, verdict: FailedVerdict): FailureFacts {
  const { metadata, spec } = pod;
  const { container } = verdict;
  const isIt = ({ name }: { name: string }): boolean => name === container;
  const found = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].find(isIt);
  return {
    namespace: metadata.namespace,
    podName: metadata.name,
    verdict,
    container,
    role: container === undefined ? undefined : roleOf(pod, container),
    image: found?.image,
    process: exitingProcess(found ?? {}),
    memoryLimit: found?.resources?.limits?.memory,
    port: found?.ports?.[0]?.containerPort,
    status: statusesOf(pod).find(isIt),
    spec: found,
    podSpec: spec,
  };
}
