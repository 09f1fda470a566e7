import { type ContainerRole, type ContainerStatus, type Pod, roleOf, statusesOf } from "../pods";
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
  };
}
