import type { Check } from "./checked";
import { port } from "./checks";

/** Longest DNS label (RFC 1123). */
const longestLabel = 63;
/** Longest DNS subdomain (RFC 1123). */
const longestSubdomain = 253;
/** Longest name of a port (RFC 6335). */
const longestPortName = 15;

const quotaPrefix = "requests.";

const label = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const qualifiedName = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/**
 * A DNS label: what containers, volumes and namespaces are called.
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
 */
export const dnsLabel: Check = (value) =>
  typeof value === "string" && value.length <= longestLabel && label.test(value)
    ? undefined
    : `must be a DNS label: at most ${longestLabel} lower case letters, digits and "-", with a letter or digit at both ends`;

/**
 * A DNS subdomain: what Secrets, ConfigMaps and claims are called.
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names
 */
export const objectName: Check = (value) =>
  typeof value === "string" && value.length <= longestSubdomain && subdomain.test(value)
    ? undefined
    : `must be a Kubernetes object name: at most ${longestSubdomain} lower case letters, digits, "-" and ".", with a letter or digit beside each "." and at both ends`;

/**
 * A key of a Secret.
 * Source: https://kubernetes.io/docs/concepts/configuration/secret/#restriction-names-data
 */
export const secretKey: Check = (value) =>
  typeof value === "string" && value.length <= longestSubdomain && /^(?!\.$|\.\.)[A-Za-z0-9._-]+$/.test(value)
    ? undefined
    : `must be a key of a Secret: at most ${longestSubdomain} letters, digits, "-", "_" and ".", not "." and not with ".." first`;

/**
 * A key of a label.
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */
export const labelKey: Check = (value) => {
  const [name, prefix, ...more] = typeof value === "string" ? value.split("/").reverse() : [];
  const nameFits = name !== undefined && name.length <= longestLabel && qualifiedName.test(name);
  const prefixFits = prefix === undefined || objectName(prefix) === undefined;
  return nameFits && prefixFits && more.length === 0
    ? undefined
    : `is no key of a label or annotation: at most ${longestLabel} letters, digits, "-", "_" and ".", optionally after a DNS name and "/"`;
};

/**
 * A key of an annotation: as of a label, but the DNS name may have capitals.
 * Source: ValidateAnnotations in https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go
 */
export const annotationKey: Check = (value) => labelKey(typeof value === "string" ? value.toLowerCase() : value);

/**
 * A value of a label.
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */
export const labelValue: Check = (value) =>
  value === "" || (typeof value === "string" && value.length <= longestLabel && qualifiedName.test(value))
    ? undefined
    : `must be at most ${longestLabel} letters, digits, "-", "_" and ".", with a letter or digit at both ends`;

/**
 * Name of an environment variable. Kubernetes before 1.34 may know fewer; its API server says so.
 * Source: IsRelaxedEnvVarName in https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go
 */
export const envName: Check = (value) =>
  typeof value === "string" && /^[ -<>-~]+$/.test(value)
    ? undefined
    : 'is no name of an environment variable: printable ASCII characters without "=", at least one';

/**
 * An amount as Kubernetes writes it.
 * Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export const quantity: Check = (value) =>
  (typeof value === "number" && Number.isFinite(value) && value >= 0) ||
  (typeof value === "string" && /^[+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/.test(value))
    ? undefined
    : 'must be a Kubernetes quantity, such as "250m", "64Mi" or "1Gi"';

/**
 * Name of a container's port, and what probes call it by.
 * Source: IsValidPortName in https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go
 */
export const portName: Check = (value) =>
  typeof value === "string" &&
  value.length <= longestPortName &&
  /^[a-z0-9](?:-?[a-z0-9])*$/.test(value) &&
  /[a-z]/.test(value)
    ? undefined
    : `must be the name of a port: at most ${longestPortName} lower case letters, digits and single "-" between them, with one letter or more`;

/** Number of a port, or the name of one. */
export const portOrName: Check = (value) => (typeof value === "string" ? portName(value) : port(value));

/**
 * What a container may ask for: cpu, memory, ephemeral-storage, huge pages, or what a device plugin offers.
 * Source: ValidateContainerResourceName in https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
 */
export const resourceName: Check = (value) => {
  const name = String(value);
  const fits = name.includes("/")
    ? // As a quota, what is not Kubernetes' own is called so.
      name.includes("kubernetes.io/") || (!name.startsWith(quotaPrefix) && labelKey(quotaPrefix + name) === undefined)
    : /^(?:cpu|memory|ephemeral-storage|hugepages-.*)$/.test(name);
  return fits && labelKey(value) === undefined
    ? undefined
    : 'is no resource of a container: "cpu", "memory", "ephemeral-storage", "hugepages-SIZE", or DOMAIN/NAME of a device';
};

/**
 * Name of a header of a probe, which is narrower than what HTTP takes.
 * Source: IsHTTPHeaderName in https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go
 */
export const probeHeaderName: Check = (value) =>
  typeof value === "string" && /^[-A-Za-z0-9]+$/.test(value)
    ? undefined
    : 'is no name of a header of a probe: letters, digits and "-"';
