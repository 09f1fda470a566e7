export { type Manifest, manifest } from "./manifest";
