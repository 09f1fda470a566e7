import { schedulingWords } from "./schedulingWords";

/** A message of Kubernetes without what says nothing to a reader: wrappings of the runtime's calls, and ids. */
export function readableMessage(message = ""): string {
  return schedulingWords(message.trim())
    .replace(/^Back-off pulling image "[^"]*": (?=.)/, "")
    .replace(/^(ErrImagePull|RegistryUnavailable): /, "")
    .replace(/rpc error: code = \w+ desc = /g, "")
    .replace(/failed to create containerd task: |failed to create shim task: |OCI runtime create failed: /g, "")
    .replace(/runc create failed: |unable to start container process: |error during container init: /g, "")
    .replace(/ \(pod: "[^"]*", container: [^)]*\)$/, "");
}
