export * from "./args";
export { InitPod } from "./initPod";
