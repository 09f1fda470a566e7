// Where the objects of an InitPod really are, and how they are called: what transformations of the program made of them.
export { fixedBy, warnOfFixedName } from "./fixedName";
export { landedNamespace } from "./namespace";
