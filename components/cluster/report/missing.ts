/** What a Pod needs and the cluster doesn't have: an object, or a key of one. */
export interface Missing {
  kind: "Secret" | "ConfigMap" | "PersistentVolumeClaim";
  /** Of the object; undefined where only the key is told. */
  name?: string;
  /** Of the object; undefined where it is the Pod's, and not told. */
  namespace?: string;
  /** That the object does not have; undefined where the object itself is missing. */
  key?: string;
}

/** As Kubernetes writes them, in whichever case. */
const kinds: Readonly<Record<string, Missing["kind"]>> = {
  secret: "Secret",
  config: "ConfigMap",
  configmap: "ConfigMap",
  persistentvolumeclaim: "PersistentVolumeClaim",
};

const messages: readonly RegExp[] = [
  /\b(?<kind>secret|configmap|persistentvolumeclaim) "(?<name>[^"]+)" not found/i,
  /couldn't find key (?<key>\S+) in (?<kind>Secret|ConfigMap) (?<namespace>[^\s/]+)\/(?<name>\S+)/,
  /references non-existent (?<kind>secret|config) key: (?<key>\S+)/,
];

/** What is missing by what kubelet or the scheduler says; undefined where that is about something else. */
export function missingFor(message: string): Missing | undefined {
  for (const pattern of messages) {
    const { kind: written = "", ...rest } = pattern.exec(message)?.groups ?? {};
    const kind = kinds[written.toLowerCase()];
    if (kind !== undefined) return { kind, ...rest };
  }
  return undefined;
}
