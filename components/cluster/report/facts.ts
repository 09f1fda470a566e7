import type { ContainerSpec, ContainerStatus, Pod } from "../pods";
import type { FailedVerdict } from "../verdict";

/** What the report looks up of the container at fault. */
export interface FailureFacts {
  namespace: string;
  podName: string;
  verdict: FailedVerdict;
  container?: string;
  role?: "init" | "sidecar" | "app";
  image?: string;
  memoryLimit?: string;
  port?: number;
  status?: ContainerStatus;
}

/** Fields of a container that no verdict depends on. */
interface DetailedSpec extends ContainerSpec {
  resources?: { limits?: Record<string, string> };
  ports?: { containerPort?: number }[];
}

export function failureFacts({ metadata, spec, status }: Pod, verdict: FailedVerdict): FailureFacts {
  const { container } = verdict;
  const isIt = ({ name }: { name: string }): boolean => name === container;
  const init = spec?.initContainers?.find(isIt);
  const found: DetailedSpec | undefined = init ?? spec?.containers?.find(isIt);
  return {
    namespace: metadata.namespace,
    podName: metadata.name,
    verdict,
    container,
    role: container === undefined ? undefined : init === undefined ? "app" : roleOf(init),
    image: found?.image,
    memoryLimit: found?.resources?.limits?.memory,
    port: found?.ports?.[0]?.containerPort,
    status: [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].find(isIt),
  };
}

function roleOf({ restartPolicy }: ContainerSpec): "init" | "sidecar" {
  return restartPolicy === "Always" ? "sidecar" : "init";
}
