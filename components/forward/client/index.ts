// What `up` and the command ask of the forwarder: to make a URL answer, to prove it, to tidy up.
export { beginForward, ensureForward } from "./ensure";
export { NoNodeError } from "./errors";
export { endHungDaemon } from "./hung";
export { portOwner } from "./portOwner";
export { isFree, PortClaims, portOf } from "./ports";
export { removeLeftovers, reviveForwards, sweepForwards } from "./sweep";
