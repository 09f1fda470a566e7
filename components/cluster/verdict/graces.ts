/** Seconds for which a state that may heal by itself is tolerated. All else that keeps a Pod from getting Ready ends the wait at once. */
export const graceSeconds = {
  /** A registry that is briefly away, or a pull secret that comes a moment later. */
  imagePull: 30,
  /** A Secret or ConfigMap that another resource of the same deployment is about to create. */
  missingConfig: 20,
  /** A container that can't be made or started for a cause not known to be final, such as an overloaded node. */
  containerStart: 20,
  /** Room on a node that another Pod is about to leave. */
  unschedulable: 60,
  /** A node that an autoscaler has said to be adding. */
  scaleUp: 300,
  /** A node whose kubelet does not report, as while it restarts. */
  lostNode: 60,
} as const;

export type Grace = keyof typeof graceSeconds;
