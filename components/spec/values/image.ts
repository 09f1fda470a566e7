import * as pulumi from "@pulumi/pulumi";
import { type Check, isPlain } from "./checked";

/** Longest path of a repository, without its host. */
const longestRepository = 255;
/** Put before a repository of one part on the default registry. */
const officialPart = "library";

const hostPart = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
const host = new RegExp(String.raw`^(?:\[[0-9a-fA-F:]+\]|${hostPart}(?:\.${hostPart})*)(?::\d+)?$`);
const repositoryPart = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*$/;

/**
 * A reference to an image: [host[:port]/]repository[:tag][@digest]. The API server takes any text, the kubelet does not.
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
  const hasHost = parts.length > 1 && isHost(first);
  const path = hasHost ? parts.slice(1) : parts;
  const isLong = [...(parts.length > 1 ? [] : [officialPart]), ...path].join("/").length > longestRepository;
  if (isLong || !path.every((part) => repositoryPart.test(part))) {
    return /[A-Z]/.test(path.join("/")) ? `${fix}, the repository in lower case` : fix;
  }
  // It is taken for the id of an image.
  return /^[0-9a-f]{64}$/.test(value) ? fix : undefined;
};

/** As Docker and containerd tell a registry from a folder on the default one. */
function isHost(part: string): boolean {
  return (/[.:]/.test(part) || part === "localhost" || part !== part.toLowerCase()) && host.test(part);
}

/** A registry, and maybe a folder there: HOST[:PORT][/PATH]. A host without a dot or a port would be taken for a folder. */
export const registry: Check = (value) => {
  const fix = 'is no registry; write HOST[:PORT][/PATH], such as "mirror.example:5000/hub"';
  if (typeof value !== "string") return fix;
  if (/^https?:\/\//.test(value)) return `${fix}, without https://`;
  const [first = ""] = value.split("/");
  return isHost(first) && image(`${value}/image`) === undefined ? undefined : fix;
};

/** An image of the default registry, as it is called in another one that mirrors it. */
export function mirrored(name: string, mirror: pulumi.Input<string>): pulumi.Input<string> {
  const full = name.includes("/") ? name : `${officialPart}/${name}`;
  return isPlain(mirror) ? `${mirror}/${full}` : pulumi.output(mirror).apply((known) => `${known}/${full}`);
}

/** Digests that the kubelet knows, with their hexadecimal digits. */
const digestLengths: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

function isDigest(digest: string): boolean {
  const [algorithm = "", digits = "", ...more] = digest.split(":");
  return more.length === 0 && /^[0-9a-f]+$/.test(digits) && digits.length === digestLengths[algorithm];
}
