export { describePod } from "./describePod";
export { failureFacts } from "./facts";
export { describeFailure } from "./failure";
export { lookCommand } from "./lookCommand";
export { progressLine } from "./progress";
export { readableMessage } from "./readableMessage";
export { type Step, stepMarks, StepReporter } from "./stepReporter";
