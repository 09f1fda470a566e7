/** As Kubernetes writes them, in whichever case. */
const kinds: Readonly<Record<string, string>> = {
  secret: "Secret",
  configmap: "ConfigMap",
  persistentvolumeclaim: "PersistentVolumeClaim",
};

/**
 * What a Pod needs and the cluster doesn't have, by what kubelet or the scheduler says of it; undefined where that is about
 * something else.
 */
export function lackOf(message = ""): string | undefined {
  const [, volume] = /for volume "([^"]+)"/.exec(message) ?? [];
  const who = volume === undefined ? "it" : `volume "${volume}"`;
  const [, kind = "", name = ""] =
    /\b(secret|configmap|persistentvolumeclaim) "([^"]+)" not found/i.exec(message) ?? [];
  if (kind !== "") return `${who} needs ${kinds[kind.toLowerCase()] ?? kind} "${name}", which does not exist`;
  const [, key, holder, owner = ""] = /couldn't find key (\S+) in (Secret|ConfigMap) (\S+)/.exec(message) ?? [];
  if (key !== undefined) {
    return `${who} needs the key "${key}", which ${holder ?? ""} "${owner.slice(owner.indexOf("/") + 1)}" does not have`;
  }
  const [, source, missing] = /references non-existent (secret|config) key: (\S+)/.exec(message) ?? [];
  if (missing === undefined) return undefined;
  return `${who} needs the key "${missing}", which its ${source === "secret" ? "Secret" : "ConfigMap"} does not have`;
}
