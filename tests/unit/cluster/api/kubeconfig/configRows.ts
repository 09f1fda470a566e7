import { asPlain, ignored, type Rows } from "./row.ts";

/** Of the whole file. */
export function configRows(): Rows {
  return {
    kind: {
      honoured: [{ config: { kind: "Config" }, seen: asPlain }],
      refused: [{ config: { kind: "Pod" }, says: /its kind is "Pod", and not Config/ }],
    },
    apiVersion: {
      honoured: [{ config: { apiVersion: "v1" }, seen: asPlain }],
      refused: [{ config: { apiVersion: "v2" }, says: /its apiVersion is "v2", and not v1/ }],
    },
    preferences: ignored({ config: { preferences: { colors: true } } }),
    clusters: {
      honoured: [],
      refused: [
        { config: { clusters: {} }, says: /it is no kubeconfig/ },
        { config: { clusters: [] }, says: /No cluster "c" in .*, which context "x" names\. It has: none/ },
        { config: { clusters: [{ name: "c" }, { name: "c" }] }, says: /has two clusters named "c": rename one/ },
        { config: { clusters: [{ name: "c" }] }, says: /Cluster "c" of .*: server is missing/ },
      ],
    },
    users: {
      honoured: [],
      refused: [
        { config: { users: "all" }, says: /it is no kubeconfig/ },
        { config: { users: [{ name: "me" }] }, says: /No user "u" in .*, which context "x" names\. It has: me/ },
        { config: { users: [{ name: "u" }, { name: "u" }] }, says: /has two users named "u"/ },
        { config: { users: [{ name: "u", user: [] }] }, says: /User "u" of .*: it must be an object/ },
      ],
    },
    contexts: {
      honoured: [],
      refused: [
        { config: { contexts: [1] }, says: /it is no kubeconfig/ },
        { config: { contexts: [] }, says: /No context "x" in .*It has: none/ },
        { config: { contexts: [{ name: "x" }, { name: "x" }] }, says: /has two contexts named "x"/ },
      ],
    },
    "current-context": {
      honoured: [],
      refused: [
        { config: { "current-context": "" }, says: /has no current context/ },
        { config: { "current-context": "y" }, says: /No context "y" in .*It has: x/ },
      ],
    },
    extensions: ignored({ config: { extensions: [{ name: "minikube.sigs.k8s.io", extension: {} }] } }),
  };
}

/** Of a context. */
export function contextRows(): Rows {
  return {
    cluster: { honoured: [], refused: [{ context: { user: "u" }, says: /Context "x" of .* names no cluster/ }] },
    user: {
      // Requests are nobody's then, and the server's certificate is checked all the same.
      honoured: [{ context: { cluster: "c" }, seen: { authorization: undefined } }],
      refused: [
        { context: { cluster: "c" }, untrusted: true, says: /self-signed certificate/ },
        { context: { cluster: "c", user: "v" }, says: /No user "v" in .*, which context "x" names\. It has: u/ },
      ],
    },
    namespace: {
      honoured: [],
      refused: [{ context: { cluster: "c", user: "u", namespace: 1 }, says: /namespace must be a text/ }],
    },
    extensions: ignored({ context: { cluster: "c", user: "u", extensions: [{ name: "a", extension: {} }] } }),
  };
}
