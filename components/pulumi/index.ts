// What the stages need of Pulumi's SDK: the way to the cluster, errors, Outputs.
export { partsOf, withLateErrors } from "../spec/values";
export { ClusterLink } from "./clusterLink";
export { InitPodError, isInitPodError, reportedOn } from "./errors";
export { knownOr } from "./knownOr";
export { LastTransform, mayBeTransformed } from "./lastTransform";
export { mayBeNamed } from "./naming";
export { componentOptions, type InitPodOptions, optionProblems, type PodOptions, podOptions } from "./options";
export { ownUrn } from "./ownUrn";
export { perDeployment } from "./perDeployment";
export { accessOf, choosesCluster } from "./providerAccess";
export type { Self } from "./self";
export { withoutStacks } from "./withoutStacks";
