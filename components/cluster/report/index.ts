export { describeFailure } from "./failure";
export { progressLine } from "./progress";
export { readableMessage } from "./readableMessage";
export { type Step, stepMarks, Steps } from "./steps";
