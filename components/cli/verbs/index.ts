// The verbs of the command as data: they print nothing.
export { type Command, parseCommand, UsageError } from "./arguments";
export { chooseAny, chooseEach, NameError } from "./choose";
export { type ClusterView, viewCluster } from "./clusterView";
export { forwardAll, type ForwardOutcome } from "./forward";
export type { ForwardStatus } from "./forwardStatus";
export { helpOf, usage } from "./help";
export { type InitPodState, type InitPodView, titleOf } from "./initPods";
export { flagsOf, type NextStep } from "./nextSteps";
export { previewOf } from "./previewComment";
export { type InitPodStatus, type PodStatus, type Status, statusOf } from "./status";
export { stopForwards, type Stopped } from "./stop";
