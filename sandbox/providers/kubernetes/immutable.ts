import type { JsonObject } from "../json.ts";

/** Fields whose change makes the official provider replace the resource: patterns like `spec.containers[*].image`. */
const podSpec = (
  "affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC hostNetwork " +
  "hostPID hostname imagePullSecrets nodeName nodeSelector overhead preemptionPolicy priority priorityClassName " +
  "readinessGates restartPolicy runtimeClassName schedulerName securityContext serviceAccount serviceAccountName " +
  "shareProcessNamespace subdomain terminationGracePeriodSeconds volumes"
).split(" ");

const container = (
  "args command env image imagePullPolicy lifecycle livenessProbe ports readinessProbe resources securityContext " +
  "stdin stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir"
).split(" ");

const persistentVolumeSources = (
  "awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs " +
  "hostPath iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume"
).split(" ");

const below = (prefix: string, fields: string[]) => fields.map((field) => `${prefix}.${field}`);

const core: Record<string, string[]> = {
  ConfigMap: ["data", "binaryData"],
  PersistentVolume: below("spec", persistentVolumeSources),
  PersistentVolumeClaim: below("spec", ["accessModes", "selector", "storageClassName", "volumeName"]),
  Pod: [
    ...below("spec", podSpec),
    ...below("spec.containers[*]", container),
    ...below("spec.initContainers[*]", container),
  ],
  ResourceQuota: ["spec.scopes"],
  Secret: ["type", "stringData", "data"],
  Service: ["spec.clusterIP"],
};

const apps: Record<string, string[]> = {
  DaemonSet: ["spec.selector"],
  Deployment: ["spec.selector"],
  StatefulSet: below("spec", [
    "podManagementPolicy",
    "revisionHistoryLimit",
    "selector",
    "serviceName",
    "volumeClaimTemplates",
  ]),
};

const byApiVersion: Record<string, Record<string, string[]>> = {
  v1: core,
  "apps/v1": apps,
  "batch/v1": { Job: below("spec", ["completions", "parallelism", "selector", "template"]) },
  "rbac.authorization.k8s.io/v1": { RoleBinding: ["roleRef"], ClusterRoleBinding: ["roleRef"] },
  "storage.k8s.io/v1": { StorageClass: ["parameters", "provisioner"] },
};

/** What no kind can change in place. */
export const identity = ["metadata.name", "metadata.namespace"];

export interface Mutability {
  configMaps: boolean;
  secrets: boolean;
}

export function immutableFields(object: JsonObject, mutable: Mutability): string[] {
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== "string" || typeof kind !== "string") return identity;
  if (apiVersion === "v1" && object.immutable !== true) {
    if (kind === "Secret" && mutable.secrets) return [...identity, "type"];
    if (kind === "ConfigMap" && mutable.configMaps) return identity;
  }
  return [...identity, ...(byApiVersion[apiVersion]?.[kind] ?? [])];
}
