import type { Standard } from "./standards";

/** One control of the Pod Security Standards, as far as one condition on some fields can say it. */
export interface Rule {
  /** Name of the control on the page of the Standards. */
  readonly control: string;
  /** The lowest standard that asks for it. */
  readonly standard: Exclude<Standard, "privileged">;
  /** Fields of the PodSpec that it looks at. `[]` stands for each element of a list, and `*` for each field of a map. */
  readonly inPod?: readonly string[];
  /** Fields of each container that it looks at. */
  readonly inContainer?: readonly string[];
  /** Annotations that it looks at, by what their keys begin with. */
  readonly inAnnotations?: string;
  /** Whether a container may leave it to the Pod, which has a rule of its own. */
  readonly inherits?: boolean;
  /** Whether it is not asked of a Pod of Windows. */
  readonly linuxOnly?: boolean;
  /** Whether it is not asked of a Pod with users of its own (hostUsers: false). */
  readonly hostUsersOnly?: boolean;
  /** Whether a value keeps it; `undefined` where there is none. `field` is the last part of the field. */
  readonly allows: (value: unknown, field: string) => boolean;
}

const unset = (value: unknown): boolean => value === undefined;
const oneOf =
  (...words: readonly unknown[]) =>
  (value: unknown): boolean =>
    words.includes(value);
const unsetOr =
  (...words: readonly unknown[]) =>
  (value: unknown): boolean =>
    unset(value) || words.includes(value);

/** Those that the container runtime grants by itself. */
const usualCapabilities =
  "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT";
/** They change no other Pod of the node. */
const safeSysctls =
  "kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.ip_unprivileged_port_start net.ipv4.tcp_syncookies " +
  "net.ipv4.ping_group_range net.ipv4.ip_local_reserved_ports net.ipv4.tcp_keepalive_time net.ipv4.tcp_fin_timeout " +
  "net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes net.ipv4.tcp_rmem net.ipv4.tcp_wmem";
/** Beside the name of a volume. */
const restrictedVolumes = "configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret";

const probes = ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop"];
const securityContext = (field: string): string => `securityContext.${field}`;

/**
 * All controls of "baseline" and "restricted", as Kubernetes 1.37 enforces them. "restricted" asks for all of "baseline" too.
 * Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export const rules: readonly Rule[] = [
  {
    control: "HostProcess",
    standard: "baseline",
    inPod: [securityContext("windowsOptions.hostProcess")],
    inContainer: [securityContext("windowsOptions.hostProcess")],
    allows: unsetOr(false),
  },
  {
    control: "Host Namespaces",
    standard: "baseline",
    inPod: ["hostNetwork", "hostPID", "hostIPC"],
    allows: unsetOr(false),
  },
  {
    control: "Privileged Containers",
    standard: "baseline",
    inContainer: [securityContext("privileged")],
    allows: unsetOr(false),
  },
  {
    control: "Capabilities",
    standard: "baseline",
    inContainer: [securityContext("capabilities.add[]")],
    allows: unsetOr(...usualCapabilities.split(" ")),
  },
  { control: "HostPath Volumes", standard: "baseline", inPod: ["volumes[].hostPath"], allows: unset },
  { control: "Host Ports", standard: "baseline", inContainer: ["ports[].hostPort"], allows: unsetOr(0) },
  {
    control: "Host Probes / Lifecycle Hooks",
    standard: "baseline",
    inContainer: probes.flatMap((probe) => [`${probe}.httpGet.host`, `${probe}.tcpSocket.host`]),
    allows: unsetOr(""),
  },
  {
    control: "AppArmor",
    standard: "baseline",
    inPod: [securityContext("appArmorProfile.type")],
    inContainer: [securityContext("appArmorProfile.type")],
    allows: unsetOr("RuntimeDefault", "Localhost"),
  },
  {
    control: "AppArmor",
    standard: "baseline",
    inAnnotations: "container.apparmor.security.beta.kubernetes.io/",
    allows: (value) => typeof value === "string" && /^(|runtime\/default|localhost\/.*)$/s.test(value),
  },
  {
    control: "SELinux",
    standard: "baseline",
    inPod: [securityContext("seLinuxOptions.type")],
    inContainer: [securityContext("seLinuxOptions.type")],
    allows: unsetOr("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"),
  },
  {
    control: "SELinux",
    standard: "baseline",
    inPod: [securityContext("seLinuxOptions.user"), securityContext("seLinuxOptions.role")],
    inContainer: [securityContext("seLinuxOptions.user"), securityContext("seLinuxOptions.role")],
    allows: unsetOr(""),
  },
  {
    control: "/proc Mount Type",
    standard: "baseline",
    inContainer: [securityContext("procMount")],
    hostUsersOnly: true,
    allows: unsetOr("Default"),
  },
  {
    control: "Seccomp",
    standard: "baseline",
    inPod: [securityContext("seccompProfile.type")],
    inContainer: [securityContext("seccompProfile.type")],
    allows: unsetOr("RuntimeDefault", "Localhost"),
  },
  {
    control: "Sysctls",
    standard: "baseline",
    inPod: [securityContext("sysctls[].name")],
    allows: unsetOr(...safeSysctls.split(" ")),
  },
  {
    control: "/proc Mount Type",
    standard: "restricted",
    inContainer: [securityContext("procMount")],
    allows: unsetOr("Default"),
  },
  {
    control: "Volume Types",
    standard: "restricted",
    inPod: ["volumes[].*"],
    allows: (_, source) => ["name", ...restrictedVolumes.split(" ")].includes(source),
  },
  {
    control: "Privilege Escalation",
    standard: "restricted",
    inContainer: [securityContext("allowPrivilegeEscalation")],
    linuxOnly: true,
    allows: oneOf(false),
  },
  {
    control: "Running as Non-root",
    standard: "restricted",
    inPod: [securityContext("runAsNonRoot")],
    hostUsersOnly: true,
    allows: unsetOr(true),
  },
  {
    control: "Running as Non-root",
    standard: "restricted",
    inContainer: [securityContext("runAsNonRoot")],
    hostUsersOnly: true,
    inherits: true,
    allows: oneOf(true),
  },
  {
    control: "Running as Non-root user",
    standard: "restricted",
    inPod: [securityContext("runAsUser")],
    inContainer: [securityContext("runAsUser")],
    hostUsersOnly: true,
    allows: (user) => user !== 0,
  },
  {
    control: "Seccomp",
    standard: "restricted",
    inContainer: [securityContext("seccompProfile.type")],
    inherits: true,
    linuxOnly: true,
    allows: oneOf("RuntimeDefault", "Localhost"),
  },
  {
    control: "Capabilities",
    standard: "restricted",
    inContainer: [securityContext("capabilities.drop")],
    linuxOnly: true,
    allows: (drop) => Array.isArray(drop) && drop.includes("ALL"),
  },
  {
    control: "Capabilities",
    standard: "restricted",
    inContainer: [securityContext("capabilities.add[]")],
    linuxOnly: true,
    allows: unsetOr("NET_BIND_SERVICE"),
  },
];
