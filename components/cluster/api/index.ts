export type { ClusterAccess } from "./access";
export { type AuthorizedOptions, ClusterClient } from "./client";
export { ApiError, KubeconfigError, UnreachableError } from "./errors";
