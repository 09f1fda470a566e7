// The arguments, and the kinds of step.
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
} from "./args";
export { appName, stepNames } from "./containerNames";
export { kindNames, kindsOf, planOf } from "./kinds";
export { freeName, nameOfPath } from "./names";
