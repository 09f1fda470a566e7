// What the stages need of Pulumi's SDK: the way to the cluster, errors, Outputs.
export { ClusterLink } from "./clusterLink";
export { InitPodError, isInitPodError, reportedOn } from "./errors";
export { knownOr, withLateErrors } from "./knownOr";
export { mayBeTransformed, transformLast } from "./lastTransform";
export { componentOptions, type InitPodOptions, optionProblems, type PodOptions, podOptions } from "./options";
export { ownUrn } from "./ownUrn";
export { perDeployment } from "./perDeployment";
export { accessOf, choosesCluster } from "./providerAccess";
export type { Self } from "./self";
