/** Why the forwarder answers instead of the Pod. */
export interface Situation {
  kind: "waiting" | "refused" | "forbidden" | "unreachable";
  /** Name of the InitPod. */
  name: string;
  /** One sentence. */
  message: string;
  /** What to do next, where there is something to do. */
  hint?: string;
}
