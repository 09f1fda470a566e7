/** How much a Pod is locked down. */
export const Security = {
  /**
   * What the Pod Security Standard "restricted" asks for, and more: user, group and fsGroup 65532, a read-only root
   * file system with a writable /tmp, no capabilities, no privilege escalation, the runtime's seccomp profile.
   */
  Restricted: "restricted",
  /** The same without user, group and fsGroup ids, for clusters that assign them (OpenShift). */
  RestrictedNoIds: "restricted-no-ids",
  /**
   * What the Pod Security Standard "baseline" asks for, and the runtime's seccomp profile: each container runs as its image
   * says, root included, and writes where it likes. Stock nginx on port 80 runs under it. What images rely on, such as sudo
   * or ping, goes on working: privilege escalation and capabilities are left as the runtime has them.
   */
  Baseline: "baseline",
  /** Nothing is set: each container runs as its image says, and without a seccomp profile on most clusters. */
  Image: "image",
} as const;
/**
 * How much a Pod is locked down.
 *
 * Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export type Security = (typeof Security)[keyof typeof Security];

/** When the local URL is served by the forwarder. */
export const ForwardMode = {
  /** Forward, except where CI or PULUMI_CI_SYSTEM is set. */
  Auto: "auto",
  /** Forward everywhere. */
  Always: "always",
  /** Do not forward; the output url is empty. */
  Never: "never",
} as const;
/** When the local URL is served by the forwarder. */
export type ForwardMode = (typeof ForwardMode)[keyof typeof ForwardMode];

/** Which containers of the Pod mount a volume. */
export const MountIn = {
  /** Every init step and the app. */
  All: "all",
  /** The init steps alone. */
  Init: "init",
  /** The app alone. */
  App: "app",
} as const;
/** Which containers of the Pod mount a volume. */
export type MountIn = (typeof MountIn)[keyof typeof MountIn];

/** How a Service is reached. */
export const ServiceType = {
  /** An address inside the cluster. */
  ClusterIP: "ClusterIP",
  /** Also a port on every node. */
  NodePort: "NodePort",
  /** Also an address outside the cluster; InitPod waits until there is one. */
  LoadBalancer: "LoadBalancer",
} as const;
/**
 * How a Service is reached.
 *
 * Source: https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types
 */
export type ServiceType = (typeof ServiceType)[keyof typeof ServiceType];
