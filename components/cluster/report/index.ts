// A Pod in words: a failed one as data and as text, any other in a phrase.
export { lookCommand } from "./advice";
export { type FailureFacts, failureFacts } from "./facts";
export { failureReport } from "./failure";
export { isOverTime } from "./headline";
export { briefCommandHint, briefLogHint } from "./hints/hints";
export { describePod } from "./progress/describePod";
export { endedHow } from "./progress/endedHow";
export { kubernetesSays } from "./progress/kubernetesSays";
export { progressLine } from "./progress/progressLine";
export { standingOf } from "./progress/standing";
export { type Step, stepMarks, StepReporter } from "./progress/stepReporter";
export { renderForPulumi } from "./render/pulumi";
