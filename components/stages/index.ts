export { deadlineSeconds } from "./deadline";
export { keep } from "./kept";
export { checkedPort, drawPort, localUrl, reviveForwardsInUp } from "./localUrl";
export { warnOfOwnName } from "./ownName";
export { gate, readyLogs } from "./ready";
export { retryTrigger } from "./retry";
export { clusterUrl, serviceAnnotations } from "./service";
