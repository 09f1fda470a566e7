/**
 * A Kubernetes Pod with init containers, as one Pulumi component: InitPod.
 *
 * @packageDocumentation
 */

import { refuseStaleBuild } from "./staleBuild";

refuseStaleBuild();

// From the files that declare them, and before InitPod: Pulumi's analyzer of components reads files in this order until it
// has found the component, and the schema for other languages gets the documentation of the types in those alone.
export { ForwardProtocol } from "./contract/protocols";
export type { AppContainer, ForwardSettings, InitLog, InitPodArgs, ServiceSettings } from "./spec/args";
export { ForwardMode, MountIn, Security, ServiceType } from "./spec/choices";
export type { GeneratedSecret } from "./spec/generatedSecret";
export type { InitStep, StartWhen } from "./spec/initStep";
export type { KubernetesFields, KubernetesValue } from "./spec/kubernetesFields";
export { CopyBy, type CopyFromImage } from "./spec/steps/copyFromImage";
export type { Credentials } from "./spec/steps/credentials";
export type { Download } from "./spec/steps/download";
export type { Files } from "./spec/steps/files";
export type { GitClone } from "./spec/steps/gitClone";
export type { Run } from "./spec/steps/run";
export type { HttpAnswer, NamedObject, WaitFor } from "./spec/steps/waitFor";
export type { SecretKey } from "./spec/values/secretKeys";
export type { EmptyDir, Volume } from "./spec/volume";

export { InitPod } from "./initPod";
export { InitPodError, type InitPodOptions, isInitPodError } from "./pulumi";
