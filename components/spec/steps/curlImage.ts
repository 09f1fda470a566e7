/** Multi-arch, with a shell and awk, and named without a host, so that a cluster's mirror of the default registry serves it. */
export const curlImage = "curlimages/curl:8.17.0";
