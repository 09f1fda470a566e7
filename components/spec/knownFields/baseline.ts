/**
 * The fields that a PodSpec and a ServiceSpec have in the oldest Kubernetes with sidecars, by type: `NAME` of a leaf or of a
 * map of leaves, `NAME:TYPE` of an object or a list of objects. Whoever uses no other needs no cluster to know them. Derived
 * from the types, and held against an API server's document by a test.
 *
 * Not to be added to: newer fields are for the cluster to know. What went again is left out.
 * Source: https://github.com/kubernetes/api/blob/v0.29.0/core/v1/types.go
 */
export const baseline: Readonly<Record<string, string>> = {
  AWSElasticBlockStoreVolumeSource: "fsType partition readOnly volumeID",
  Affinity: "nodeAffinity:NodeAffinity podAffinity:PodAffinity podAntiAffinity:PodAntiAffinity",
  AzureDiskVolumeSource: "cachingMode diskName diskURI fsType kind readOnly",
  AzureFileVolumeSource: "readOnly secretName shareName",
  CSIVolumeSource: "driver fsType nodePublishSecretRef:LocalObjectReference readOnly volumeAttributes",
  Capabilities: "add drop",
  CephFSVolumeSource: "monitors path readOnly secretFile secretRef:LocalObjectReference user",
  CinderVolumeSource: "fsType readOnly secretRef:LocalObjectReference volumeID",
  ClientIPConfig: "timeoutSeconds",
  ClusterTrustBundleProjection: "labelSelector:LabelSelector name optional path signerName",
  ConfigMapEnvSource: "name optional",
  ConfigMapKeySelector: "key name optional",
  ConfigMapProjection: "items:KeyToPath name optional",
  ConfigMapVolumeSource: "defaultMode items:KeyToPath name optional",
  Container:
    "args command env:EnvVar envFrom:EnvFromSource image imagePullPolicy lifecycle:Lifecycle livenessProbe:Probe name ports:ContainerPort readinessProbe:Probe resizePolicy:ContainerResizePolicy resources:ResourceRequirements restartPolicy securityContext:SecurityContext startupProbe:Probe stdin stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices:VolumeDevice volumeMounts:VolumeMount workingDir",
  ContainerPort: "containerPort hostIP hostPort name protocol",
  ContainerResizePolicy: "resourceName restartPolicy",
  DownwardAPIProjection: "items:DownwardAPIVolumeFile",
  DownwardAPIVolumeFile: "fieldRef:ObjectFieldSelector mode path resourceFieldRef:ResourceFieldSelector",
  DownwardAPIVolumeSource: "defaultMode items:DownwardAPIVolumeFile",
  EmptyDirVolumeSource: "medium sizeLimit",
  EnvFromSource: "configMapRef:ConfigMapEnvSource prefix secretRef:SecretEnvSource",
  EnvVar: "name value valueFrom:EnvVarSource",
  EnvVarSource:
    "configMapKeyRef:ConfigMapKeySelector fieldRef:ObjectFieldSelector resourceFieldRef:ResourceFieldSelector secretKeyRef:SecretKeySelector",
  EphemeralContainer:
    "args command env:EnvVar envFrom:EnvFromSource image imagePullPolicy lifecycle:Lifecycle livenessProbe:Probe name ports:ContainerPort readinessProbe:Probe resizePolicy:ContainerResizePolicy resources:ResourceRequirements restartPolicy securityContext:SecurityContext startupProbe:Probe stdin stdinOnce targetContainerName terminationMessagePath terminationMessagePolicy tty volumeDevices:VolumeDevice volumeMounts:VolumeMount workingDir",
  EphemeralVolumeSource: "volumeClaimTemplate:PersistentVolumeClaimTemplate",
  ExecAction: "command",
  FCVolumeSource: "fsType lun readOnly targetWWNs wwids",
  FlexVolumeSource: "driver fsType options readOnly secretRef:LocalObjectReference",
  FlockerVolumeSource: "datasetName datasetUUID",
  GCEPersistentDiskVolumeSource: "fsType partition pdName readOnly",
  GRPCAction: "port service",
  GitRepoVolumeSource: "directory repository revision",
  GlusterfsVolumeSource: "endpoints path readOnly",
  HTTPGetAction: "host httpHeaders:HTTPHeader path port scheme",
  HTTPHeader: "name value",
  HostAlias: "hostnames ip",
  HostPathVolumeSource: "path type",
  ISCSIVolumeSource:
    "chapAuthDiscovery chapAuthSession fsType initiatorName iqn iscsiInterface lun portals readOnly secretRef:LocalObjectReference targetPortal",
  KeyToPath: "key mode path",
  LabelSelector: "matchExpressions:LabelSelectorRequirement matchLabels",
  LabelSelectorRequirement: "key operator values",
  Lifecycle: "postStart:LifecycleHandler preStop:LifecycleHandler",
  LifecycleHandler: "exec:ExecAction httpGet:HTTPGetAction sleep:SleepAction tcpSocket:TCPSocketAction",
  LocalObjectReference: "name",
  ManagedFieldsEntry: "apiVersion fieldsType fieldsV1 manager operation subresource time",
  NFSVolumeSource: "path readOnly server",
  NodeAffinity:
    "preferredDuringSchedulingIgnoredDuringExecution:PreferredSchedulingTerm requiredDuringSchedulingIgnoredDuringExecution:NodeSelector",
  NodeSelector: "nodeSelectorTerms:NodeSelectorTerm",
  NodeSelectorRequirement: "key operator values",
  NodeSelectorTerm: "matchExpressions:NodeSelectorRequirement matchFields:NodeSelectorRequirement",
  ObjectFieldSelector: "apiVersion fieldPath",
  ObjectMeta:
    "annotations creationTimestamp deletionGracePeriodSeconds deletionTimestamp finalizers generateName generation labels managedFields:ManagedFieldsEntry name namespace ownerReferences:OwnerReference resourceVersion selfLink uid",
  OwnerReference: "apiVersion blockOwnerDeletion controller kind name uid",
  PersistentVolumeClaimSpec:
    "accessModes dataSource:TypedLocalObjectReference dataSourceRef:TypedObjectReference resources:VolumeResourceRequirements selector:LabelSelector storageClassName volumeAttributesClassName volumeMode volumeName",
  PersistentVolumeClaimTemplate: "metadata:ObjectMeta spec:PersistentVolumeClaimSpec",
  PersistentVolumeClaimVolumeSource: "claimName readOnly",
  PhotonPersistentDiskVolumeSource: "fsType pdID",
  PodAffinity:
    "preferredDuringSchedulingIgnoredDuringExecution:WeightedPodAffinityTerm requiredDuringSchedulingIgnoredDuringExecution:PodAffinityTerm",
  PodAffinityTerm:
    "labelSelector:LabelSelector matchLabelKeys mismatchLabelKeys namespaceSelector:LabelSelector namespaces topologyKey",
  PodAntiAffinity:
    "preferredDuringSchedulingIgnoredDuringExecution:WeightedPodAffinityTerm requiredDuringSchedulingIgnoredDuringExecution:PodAffinityTerm",
  PodDNSConfig: "nameservers options:PodDNSConfigOption searches",
  PodDNSConfigOption: "name value",
  PodOS: "name",
  PodReadinessGate: "conditionType",
  PodResourceClaim: "name",
  PodSchedulingGate: "name",
  PodSecurityContext:
    "fsGroup fsGroupChangePolicy runAsGroup runAsNonRoot runAsUser seLinuxOptions:SELinuxOptions seccompProfile:SeccompProfile supplementalGroups sysctls:Sysctl windowsOptions:WindowsSecurityContextOptions",
  PodSpec:
    "activeDeadlineSeconds affinity:Affinity automountServiceAccountToken containers:Container dnsConfig:PodDNSConfig dnsPolicy enableServiceLinks ephemeralContainers:EphemeralContainer hostAliases:HostAlias hostIPC hostNetwork hostPID hostUsers hostname imagePullSecrets:LocalObjectReference initContainers:Container nodeName nodeSelector os:PodOS overhead preemptionPolicy priority priorityClassName readinessGates:PodReadinessGate resourceClaims:PodResourceClaim restartPolicy runtimeClassName schedulerName schedulingGates:PodSchedulingGate securityContext:PodSecurityContext serviceAccount serviceAccountName setHostnameAsFQDN shareProcessNamespace subdomain terminationGracePeriodSeconds tolerations:Toleration topologySpreadConstraints:TopologySpreadConstraint volumes:Volume",
  PortworxVolumeSource: "fsType readOnly volumeID",
  PreferredSchedulingTerm: "preference:NodeSelectorTerm weight",
  Probe:
    "exec:ExecAction failureThreshold grpc:GRPCAction httpGet:HTTPGetAction initialDelaySeconds periodSeconds successThreshold tcpSocket:TCPSocketAction terminationGracePeriodSeconds timeoutSeconds",
  ProjectedVolumeSource: "defaultMode sources:VolumeProjection",
  QuobyteVolumeSource: "group readOnly registry tenant user volume",
  RBDVolumeSource: "fsType image keyring monitors pool readOnly secretRef:LocalObjectReference user",
  ResourceClaim: "name",
  ResourceFieldSelector: "containerName divisor resource",
  ResourceRequirements: "claims:ResourceClaim limits requests",
  SELinuxOptions: "level role type user",
  ScaleIOVolumeSource:
    "fsType gateway protectionDomain readOnly secretRef:LocalObjectReference sslEnabled storageMode storagePool system volumeName",
  SeccompProfile: "localhostProfile type",
  SecretEnvSource: "name optional",
  SecretKeySelector: "key name optional",
  SecretProjection: "items:KeyToPath name optional",
  SecretVolumeSource: "defaultMode items:KeyToPath optional secretName",
  SecurityContext:
    "allowPrivilegeEscalation capabilities:Capabilities privileged procMount readOnlyRootFilesystem runAsGroup runAsNonRoot runAsUser seLinuxOptions:SELinuxOptions seccompProfile:SeccompProfile windowsOptions:WindowsSecurityContextOptions",
  ServiceAccountTokenProjection: "audience expirationSeconds path",
  ServicePort: "appProtocol name nodePort port protocol targetPort",
  ServiceSpec:
    "allocateLoadBalancerNodePorts clusterIP clusterIPs externalIPs externalName externalTrafficPolicy healthCheckNodePort internalTrafficPolicy ipFamilies ipFamilyPolicy loadBalancerClass loadBalancerIP loadBalancerSourceRanges ports:ServicePort publishNotReadyAddresses selector sessionAffinity sessionAffinityConfig:SessionAffinityConfig type",
  SessionAffinityConfig: "clientIP:ClientIPConfig",
  SleepAction: "seconds",
  StorageOSVolumeSource: "fsType readOnly secretRef:LocalObjectReference volumeName volumeNamespace",
  Sysctl: "name value",
  TCPSocketAction: "host port",
  Toleration: "effect key operator tolerationSeconds value",
  TopologySpreadConstraint:
    "labelSelector:LabelSelector matchLabelKeys maxSkew minDomains nodeAffinityPolicy nodeTaintsPolicy topologyKey whenUnsatisfiable",
  TypedLocalObjectReference: "apiGroup kind name",
  TypedObjectReference: "apiGroup kind name namespace",
  Volume:
    "awsElasticBlockStore:AWSElasticBlockStoreVolumeSource azureDisk:AzureDiskVolumeSource azureFile:AzureFileVolumeSource cephfs:CephFSVolumeSource cinder:CinderVolumeSource configMap:ConfigMapVolumeSource csi:CSIVolumeSource downwardAPI:DownwardAPIVolumeSource emptyDir:EmptyDirVolumeSource ephemeral:EphemeralVolumeSource fc:FCVolumeSource flexVolume:FlexVolumeSource flocker:FlockerVolumeSource gcePersistentDisk:GCEPersistentDiskVolumeSource gitRepo:GitRepoVolumeSource glusterfs:GlusterfsVolumeSource hostPath:HostPathVolumeSource iscsi:ISCSIVolumeSource name nfs:NFSVolumeSource persistentVolumeClaim:PersistentVolumeClaimVolumeSource photonPersistentDisk:PhotonPersistentDiskVolumeSource portworxVolume:PortworxVolumeSource projected:ProjectedVolumeSource quobyte:QuobyteVolumeSource rbd:RBDVolumeSource scaleIO:ScaleIOVolumeSource secret:SecretVolumeSource storageos:StorageOSVolumeSource vsphereVolume:VsphereVirtualDiskVolumeSource",
  VolumeDevice: "devicePath name",
  VolumeMount: "mountPath mountPropagation name readOnly subPath subPathExpr",
  VolumeProjection:
    "clusterTrustBundle:ClusterTrustBundleProjection configMap:ConfigMapProjection downwardAPI:DownwardAPIProjection secret:SecretProjection serviceAccountToken:ServiceAccountTokenProjection",
  VolumeResourceRequirements: "limits requests",
  VsphereVirtualDiskVolumeSource: "fsType storagePolicyID storagePolicyName volumePath",
  WeightedPodAffinityTerm: "podAffinityTerm:PodAffinityTerm weight",
  WindowsSecurityContextOptions: "gmsaCredentialSpec gmsaCredentialSpecName hostProcess runAsUserName",
};
