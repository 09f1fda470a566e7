// Arguments → Pod, Service and what is kept beside them. Pure.
export { type Manifest, manifest, retriesOf, type ServiceManifest, serviceManifest } from "./manifest";
export type { Outside, OwnObject, RoleObject, TextsObject } from "./objects";
export { outputsIn } from "./secrets";
