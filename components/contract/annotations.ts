/** Prefix of the labels and annotations that are InitPod's own. */
export const ownPrefix = "init-pod.dev/";

/** Annotations of an InitPod's Pod, from which `init-pod` and the next `pulumi up` learn what they need. */
export const annotation = {
  /** Changes when the Pod must be made anew although its arguments are the same. */
  retry: `${ownPrefix}retry`,
  /** What the spec was before the cluster added to it, as keyed hashes. */
  applied: `${ownPrefix}applied`,
  /** Failing attempts that are tolerated. */
  retries: `${ownPrefix}retries`,
  /** Seconds that an attempt of a step may take, where that is limited. */
  timeouts: `${ownPrefix}timeouts`,
  /** Whether a secret stands in the Pod's own fields, where nobody can tell it from other values. */
  holdsSecret: `${ownPrefix}holds-secret`,
  /** The port that the app listens on. */
  port: `${ownPrefix}port`,
  /** The port of the URL on the machine that forwards, and what is spoken on it. */
  localPort: `${ownPrefix}local-port`,
  protocol: `${ownPrefix}protocol`,
} as const;
