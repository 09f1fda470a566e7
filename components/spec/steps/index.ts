export { container } from "./container";
export { download, type Download } from "./download";
export type { Container, StepPlan } from "./plan";
export { run, type Run } from "./run";
