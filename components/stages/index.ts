// What an InitPod does in a Pulumi program, stage by stage: plan → claim → create → prove.
export { claim } from "./claim";
export { create } from "./create";
export { reviveForwardsInUp } from "./localUrl";
export { plan } from "./plan";
export { prove } from "./prove";
