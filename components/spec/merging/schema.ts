/** A map of Kubernetes fields. */
export type Fields = Record<string, unknown>;

/** Fields by which the elements of a list are told apart, each with the value that stands for one that is left out. */
type ListKeys = Readonly<Record<string, unknown>>;

/** What Kubernetes knows of the lists and maps of an object, each by the name of the field that it stands at. */
export interface Schema {
  /** Lists that are merged element by element; every other one is replaced. */
  readonly lists: Readonly<Record<string, ListKeys>>;
  /** Maps of which some fields exclude each other. In a list, each element is such a map. */
  readonly exclusive: Readonly<Record<string, OneOf>>;
}

/** Fields of which one map has one at most: those named, or all but those that are named. */
export type OneOf = { readonly of: readonly string[] } | { readonly allBut: readonly string[] };

const byName: ListKeys = { name: undefined };
const protocol = "TCP";

const probe: OneOf = { of: ["exec", "grpc", "httpGet", "tcpSocket"] };
const lifecycleHandler: OneOf = { of: ["exec", "httpGet", "sleep", "tcpSocket"] };

/**
 * Of a PodSpec.
 *
 * Lists: `x-kubernetes-list-map-keys` of the API server's own OpenAPI document; unlike `x-kubernetes-patch-merge-key`, it
 * tells a port of TCP from the same one of UDP. One-ofs: the comments of the types.
 * Source: https://github.com/kubernetes/api/blob/master/core/v1/types.go
 */
export const podSchema: Schema = {
  lists: {
    claims: byName,
    containers: byName,
    env: byName,
    ephemeralContainers: byName,
    evictionResponders: byName,
    hostAliases: { ip: undefined },
    imagePullSecrets: byName,
    initContainers: byName,
    ownerReferences: { uid: undefined },
    ports: { containerPort: undefined, protocol },
    resourceClaims: byName,
    schedulingGates: byName,
    topologySpreadConstraints: { topologyKey: undefined, whenUnsatisfiable: undefined },
    volumeDevices: { devicePath: undefined },
    volumeMounts: { mountPath: undefined },
    volumes: byName,
  },
  exclusive: {
    env: { of: ["value", "valueFrom"] },
    livenessProbe: probe,
    postStart: lifecycleHandler,
    preStop: lifecycleHandler,
    readinessProbe: probe,
    resourceClaims: { allBut: ["name"] },
    startupProbe: probe,
    valueFrom: { of: ["configMapKeyRef", "fieldRef", "fileKeyRef", "resourceFieldRef", "secretKeyRef"] },
    volumeMounts: { of: ["subPath", "subPathExpr"] },
    // Not a list of its sources, which grows with each version.
    volumes: { allBut: ["name"] },
  },
};

/**
 * Of a ServiceSpec.
 * Source: https://github.com/kubernetes/api/blob/master/core/v1/types.go
 */
export const serviceSchema: Schema = {
  lists: { ports: { port: undefined, protocol } },
  exclusive: {},
};
