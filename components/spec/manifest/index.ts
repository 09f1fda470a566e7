// Arguments → Pod and Service. Pure.
export { type Manifest, manifest } from "./manifest";
