/** Header that tells an answer of the forwarder from one of the Pod. */
export const ownHeader = "x-init-pod";

/** Header by which the forwarder's page asks how the Pod is now; it is answered at once. */
export const lookHeader = "x-init-pod-look";
