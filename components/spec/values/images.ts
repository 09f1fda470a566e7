/**
 * Images of steps that name none: small, multi-arch, with a shell (git: and OpenSSH), and named without a host, so that a cluster's mirror of
 * the default registry serves them.
 */
export const defaultImages = {
  busybox: "busybox:1.37.0",
  curl: "curlimages/curl:8.17.0",
  git: "alpine/git:v2.52.0",
} as const;
