// What the stages need of Pulumi's SDK: the way to the cluster, errors, Outputs.
export { partsOf, withLateErrors } from "../spec/values";
export { ClusterLink, nothing } from "./clusterLink";
export { InitPodError, isInitPodError, reportedOn } from "./errors";
export { held, holdUntil } from "./held";
export { asSecretAs, handledLater, isSecretMark, knownOf, rawOf, unknown, urnOf } from "./known";
export { LastTransform, mayBeTransformed } from "./lastTransform";
export { mayBeNamed } from "./naming";
export { componentOptions, type InitPodOptions, optionProblems, type PodOptions, podOptions } from "./options";
export { perDeployment } from "./perDeployment";
export { accessOf, choosesCluster, clusterOutputs, hasProvider } from "./providerAccess";
export { registeredOutputs } from "./registeredOutputs";
export type { Self } from "./self";
export { withoutStacks } from "./withoutStacks";
