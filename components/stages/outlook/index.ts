// What a run does with an InitPod, told by the engine's answers, and said in words.
export { keptSpec } from "./service";
export { type Registered, sayOutlook } from "./say";
