export { beginForward, ensureForward } from "./ensure";
export { NoNodeError } from "./errors";
export { portOwner } from "./portOwner";
export { assertPortFree, choosePort, isFree, portOf } from "./ports";
export { removeLeftovers, reviveForwards, sweepForwards } from "./sweep";
