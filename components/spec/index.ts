// The arguments, and the kinds of step.
export type { AppContainer, ForwardSettings, InitLog, InitPodArgs, ServiceSettings } from "./args";
export { ForwardMode, MountIn, Security, ServiceType } from "./choices";
export { appName, stepNames } from "./containerNames";
export type { GeneratedSecret } from "./generatedSecret";
export type { InitStep, StartWhen } from "./initStep";
export { kindNames, kindsOf, planOf } from "./kinds";
export { freeName, nameOfPath } from "./names";
export { stepLimit } from "./stepLimit";
export type { EmptyDir, Volume } from "./volume";
