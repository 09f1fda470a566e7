/**
 * What is used of `@kubernetes/client-node`: reading kubeconfigs and getting credentials. The build puts these parts alone
 * into the package, as the whole takes as long to load as the Pulumi SDK, and three times the memory of the forwarder.
 */
export { KubeConfig } from "@kubernetes/client-node";
export { load as loadYaml } from "js-yaml";
