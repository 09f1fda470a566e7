export { EventReader, type EventReaderSettings, isBeforeStart, readEvents } from "./events";
export {
  conditionOf,
  type ContainerSpec,
  type ContainerStatus,
  hasBeenReady,
  hasEnded,
  isReady,
  type Pod,
  type PodEvent,
  type TerminatedState,
} from "./pod";
export { type PodView, PodViews } from "./podViews";
export { PodWatch } from "./podWatch";
export { deletePods, supersededPods } from "./predecessors";
export { ClusterSession, clusterSession } from "./session";
export {
  type ContainerSummary,
  currentPod,
  describePod,
  hasFailed,
  latestPod,
  obstacleOf,
  type PodSummary,
  type RawPod,
  summarize,
} from "./summary";
