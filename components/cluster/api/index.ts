// Requests to the API server, and the kubeconfig and credentials for them.
export { type ClusterAccess, inContext } from "./access";
export { type ApiRequest, ClusterClient } from "./client";
export type { AuthorizedOptions } from "./credentials";
export { ApiError, hasStatus, KubeconfigError, UnreachableError } from "./errors";
export { kubeconfigPaths } from "./kubeconfig/files";
export { KubeconfigWatch } from "./kubeconfigWatch";
export { askedPauseMs, mayPass, type Patience, patiently, usualPatience } from "./patience";
