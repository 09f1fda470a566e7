// The containers of a Pod as kubelet sees them: what each is for, how it stands, what its exits mean. Pure.
export { type ShownAttempt, shownAttempts } from "./attempts";
export { type ContainerInPod, containersOf, hasBegun, hasFailed, restartsInPlace } from "./containers";
export { endedWellOutOfMemory, exitKind, isOutOfMemory, restartingAll, succeeded } from "./exits";
export { hasRestartAllRule } from "./restarts";
export { type ContainerState, containerState, isIdle } from "./state";
