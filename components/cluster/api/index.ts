export type { ClusterAccess } from "./access";
export { type ApiRequest, type AuthorizedOptions, ClusterClient } from "./client";
export { ApiError, hasStatus, KubeconfigError, UnreachableError } from "./errors";
