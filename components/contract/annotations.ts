/** Annotations of an InitPod's Pod, from which `init-pod forward` and the next `pulumi up` learn what they need. */
export const annotation = {
  /** Changes when the Pod must be made anew although its arguments are the same. */
  retry: "init-pod.dev/retry",
  localPort: "init-pod.dev/local-port",
  protocol: "init-pod.dev/protocol",
  port: "init-pod.dev/port",
} as const;
