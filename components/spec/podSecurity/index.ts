// What the Pod Security Standards ask of a Pod, as data. Pure.
export { isRestricted, type Standard, standardOf } from "./standards";
export { type Judged, type Violation, violations } from "./violations";
