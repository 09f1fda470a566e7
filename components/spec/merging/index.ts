// Kubernetes fields over Kubernetes fields, by what is known of their lists and one-ofs. Pure.
export { merge } from "./merge";
export { type Fields, podSchema, serviceSchema } from "./schema";
