import type { Check } from "./checked";

/** Longest DNS label (RFC 1123). */
const longestLabel = 63;
/** Longest DNS subdomain (RFC 1123). */
const longestSubdomain = 253;
/** Longest repository name that registries and runtimes accept. */
const longestRepository = 255;
const highestPort = 65_535;

const label = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const qualifiedName = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/** A whole number within bounds, which are allowed themselves. */
export function wholeNumber(lowest: number, highest = Number.MAX_SAFE_INTEGER): Check {
  const range = highest === Number.MAX_SAFE_INTEGER ? `${lowest} or more` : `from ${lowest} to ${highest}`;
  return (value) =>
    Number.isInteger(value) && (value as number) >= lowest && (value as number) <= highest
      ? undefined
      : `must be a whole number ${range}`;
}

/** A TCP port: 1 to 65535. */
export const port: Check = wholeNumber(1, highestPort);

/** A duration that can pass: more than 0 seconds. */
export const seconds: Check = (value) =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? undefined : "must be a number of seconds above 0";

/** One of some words. */
export function oneOf(words: readonly string[]): Check {
  return (value) =>
    typeof value === "string" && words.includes(value)
      ? undefined
      : `must be one of ${words.map((word) => `"${word}"`).join(", ")}`;
}

/** Any string. */
export const text: Check = (value) => (typeof value === "string" ? undefined : "must be a string");

/** A string with something in it. */
export const nonEmpty: Check = (value) =>
  typeof value === "string" && value !== "" ? undefined : "must be a string that is not empty";

/** True or false. */
export const flag: Check = (value) => (typeof value === "boolean" ? undefined : "must be true or false");

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

/** An address of HTTP or HTTPS. */
export const httpUrl: Check = (value) => {
  const fix = "must be an http:// or https:// address without spaces or line breaks";
  // The URL parser repairs spaces and line breaks silently; curl refuses them.
  if (typeof value !== "string" || /[\s\p{Cc}]/u.test(value)) return fix;
  return /^https?:\/\//i.test(value) && URL.canParse(value) ? undefined : fix;
};

/** A path of an HTTP request. */
export const httpPath: Check = (value) =>
  typeof value === "string" && /^\/[^\s\p{Cc}]*$/u.test(value)
    ? undefined
    : 'must be an HTTP path that starts with "/"';

/** A SHA-256 in hexadecimal. */
export const sha256: Check = (value) =>
  typeof value === "string" && /^[0-9a-f]{64}$/i.test(value) ? undefined : "must be a SHA-256: 64 hexadecimal digits";

/** A file's permissions in octal. */
export const fileMode: Check = (value) =>
  typeof value === "string" && /^0?[0-7]{3}$/.test(value) ? undefined : 'must be octal permissions, such as "0644"';

/** Name of an HTTP header. Narrower than RFC 9110, whose odd characters no known header uses. */
export const headerName: Check = (value) =>
  typeof value === "string" && /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(value)
    ? undefined
    : 'is no name of an HTTP header: letters, digits, "-", "_" and "."';

/** Value of an HTTP header: one line, so that it can't carry a second header. */
export const headerValue: Check = (value) =>
  typeof value === "string" && value.trim() !== "" && !/[\r\n\0]/.test(value)
    ? undefined
    : "must be one line of text that is not empty";

const host = /^(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::\d+)?$/;
const repositoryPart = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*$/;

/**
 * A reference to an image: [host[:port]/]repository[:tag][@digest].
 * Source: https://github.com/distribution/reference/blob/main/reference.go
 */
export const image: Check = (value) => {
  const fix = 'is no image reference; write [host/]repository[:tag][@digest], such as "nginx:1.29"';
  if (typeof value !== "string" || value === "") return fix;
  if (/^https?:\/\//.test(value)) return `${fix}, without https://`;

  const [named = "", digest, ...moreDigests] = value.split("@");
  if (moreDigests.length > 0 || (digest !== undefined && !isDigest(digest))) return fix;

  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const repository = colon < 0 ? named : named.slice(0, colon);
  if (colon >= 0 && !/^\w[\w.-]{0,127}$/.test(named.slice(colon + 1))) return fix;

  const parts = repository.split("/");
  const first = parts[0] ?? "";
  // As Docker and containerd tell a registry from a folder on the default one.
  const hasHost = parts.length > 1 && (/[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase());
  if (hasHost && !host.test(first)) return fix;
  const path = hasHost ? parts.slice(1) : parts;
  if (repository.length > longestRepository || !path.every((part) => repositoryPart.test(part))) {
    return /[A-Z]/.test(path.join("/")) ? `${fix}, the repository in lower case` : fix;
  }
  return undefined;
};

function isDigest(digest: string): boolean {
  return digest.startsWith("sha256:")
    ? /^sha256:[0-9a-f]{64}$/.test(digest)
    : /^[A-Za-z][A-Za-z0-9]*(?:[+._-][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/.test(digest);
}
