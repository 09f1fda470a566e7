// Arguments → Pod, Service and what is kept beside them. Pure.
export { type Manifest, manifest, retriesOf, type ServiceManifest, serviceManifest, timeoutsOf } from "./manifest";
export { generatedSecret, type Outside, type OwnObject, type RoleObject, type TextsObject } from "./objects";
export { outputsIn } from "./secrets";
