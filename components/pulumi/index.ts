export { ClusterLink } from "./clusterLink";
export { InitPodError, reportedOn } from "./errors";
export { knownOr } from "./knownOr";
export { ownUrn } from "./ownUrn";
export { accessOf } from "./providerAccess";
