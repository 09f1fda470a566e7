// The one model of a Pod, and how Pods are listed and watched.
export { EventReader, type EventReaderSettings, isBeforeStart, isToldByEvents, readEvents } from "./events";
export { currentPod, latestPod, newestFirst } from "./newest";
export {
  conditionOf,
  type ContainerRole,
  type ContainerSpec,
  type ContainerStatus,
  hasBeenReady,
  hasEnded,
  isDeletedInForeground,
  isDeleting,
  isReady,
  isServing,
  lastSeenMs,
  type Pod,
  type PodEvent,
  type PodSpec,
  type Probe,
  readinessPath,
  roleOf,
  roleOfInit,
  statusesOf,
  type TerminatedState,
} from "./pod";
export { listPods, podsPath, watchPods } from "./podFeed";
export { type PodView, PodViews } from "./podViews";
export { PodWatch } from "./podWatch";
export { deletePods, supersededPods } from "./predecessors";
export { ClusterSession, ClusterSessions } from "./session";
