// Which fields of Kubernetes there are, in general and in one cluster. Pure.
export { baselineFields, type OpenApi, serverFields } from "./fieldsOf";
export { type UnknownField, unknownFields } from "./unknownFields";
