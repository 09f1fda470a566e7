import { refuseStaleBuild } from "./staleBuild";

refuseStaleBuild();

export { ForwardProtocol } from "./contract";
export { InitPod } from "./initPod";
export {
  type AppContainer,
  type EmptyDir,
  ForwardMode,
  type ForwardSettings,
  type InitLog,
  type InitPodArgs,
  type InitStep,
  MountIn,
  Security,
  type ServiceSettings,
  ServiceType,
  type Volume,
} from "./spec";
export type { Download, Run } from "./spec/steps";
export type { SecretKey } from "./spec/values";
