import { refuseStaleBuild } from "./staleBuild";

refuseStaleBuild();

export * from "./args";
export { InitPod } from "./initPod";
