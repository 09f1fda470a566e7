import { type ContainerStatus, type Pod, statusesOf } from "../../cluster/pods";

/** The containers whose logs are meant: the one that is named, else all that start before the app. */
export function statusesFor(pod: Pod, step: string | undefined): ContainerStatus[] {
  if (step === undefined) return pod.status?.initContainerStatuses ?? [];
  return statusesOf(pod).filter(({ name }) => name === step);
}

/** A container as if it had run no further than the attempt before the current one; none where there was none. */
export function previousOf(status: ContainerStatus): ContainerStatus[] {
  const { name, restartCount, containerID, lastState } = status;
  const earlier = lastState?.terminated?.containerID ?? "";
  if (earlier === "") return [];
  const count = earlier === containerID ? restartCount : restartCount - 1;
  return [{ name, restartCount: count, containerID: earlier, state: { waiting: {} }, lastState }];
}

/** A Pod as if all that runs had ended now: what it has logged has an end then. */
export function frozen({ status, ...pod }: Pod): Pod {
  const stopped = (one: ContainerStatus): ContainerStatus =>
    one.state?.running === undefined
      ? one
      : { ...one, state: { terminated: { exitCode: 0, containerID: one.containerID } } };
  return {
    ...pod,
    status: {
      ...status,
      initContainerStatuses: status?.initContainerStatuses?.map(stopped),
      containerStatuses: status?.containerStatuses?.map(stopped),
    },
  };
}
