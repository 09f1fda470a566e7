// A Pod in words: a failed one as data and as text, any other in a phrase.
export { lookCommand } from "./advice";
export { describePod } from "./describePod";
export { type FailureFacts, failureFacts } from "./facts";
export { failureReport } from "./failure";
export { briefCommandHint, briefLogHint } from "./hints/hints";
export { progressLine } from "./progress";
export { readableMessage } from "./readableMessage";
export { renderForPulumi } from "./render/pulumi";
export { type Step, stepMarks, StepReporter } from "./stepReporter";
