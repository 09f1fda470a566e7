export { container } from "./container";
export { type Download, download } from "./download";
export type { Container, StepPlan } from "./plan";
export { type Run, run } from "./run";
