import { refuseStaleBuild } from "./staleBuild";

refuseStaleBuild();

export * from "./spec/args";
export { InitPod } from "./initPod";
