// The verbs of the command as data: they print nothing.
export { type Command, parseCommand, usage, UsageError } from "./arguments";
export { viewCluster } from "./clusterView";
export { forwardAll, type ForwardOutcome } from "./forward";
export type { ForwardStatus } from "./forwardStatus";
export { type InitPodState, titleOf } from "./initPods";
export type { NextStep } from "./nextSteps";
export { previewOf } from "./previewComment";
export { type InitPodStatus, type PodStatus, type Status, statusOf } from "./status";
export { stopForwards, type Stopped } from "./stop";
