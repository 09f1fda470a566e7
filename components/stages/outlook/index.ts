// What a run does with an InitPod, told by the engine's answers, and said in words.
export { type Registered, sayOutlook } from "./say";
export { keptSpec } from "./service";
