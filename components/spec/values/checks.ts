import type { Check } from "./checked";

const highestPort = 65_535;

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

/** An address of HTTP or HTTPS. */
export const httpUrl: Check = (value) => {
  const fix = "must be an http:// or https:// address without spaces or line breaks";
  // The URL parser repairs spaces and line breaks silently; curl refuses them.
  if (typeof value !== "string" || /[\s\p{Cc}]/u.test(value)) return fix;
  return /^https?:\/\//i.test(value) && URL.canParse(value) ? undefined : fix;
};

/** An address of a proxy, as curl takes it. Source: https://curl.se/docs/manpage.html#-x */
export const proxyUrl: Check = (value) =>
  typeof value === "string" && /^(?:https?|socks[45][ah]?):\/\/[^\s\p{Cc}]+$/u.test(value) && URL.canParse(value)
    ? undefined
    : "must be the address of a proxy: http://HOST:PORT, https://… or socks5h://…";

/** Certificates in PEM, one or more. */
export const pemCertificates: Check = (value) =>
  typeof value === "string" && /-----BEGIN CERTIFICATE-----[^]+-----END CERTIFICATE-----/.test(value)
    ? undefined
    : 'must be certificates in PEM: text with "-----BEGIN CERTIFICATE-----"';

/** Length of a generated secret: one that can't be guessed, and that fits everywhere. */
export const passwordLength: Check = wholeNumber(8, 1024);

/** What a generated secret may have beside letters and digits. */
export const specialCharacters: Check = (value) =>
  typeof value === "string" && /^[!-/:-@[-`{-~]+$/.test(value)
    ? undefined
    : 'must be special characters of ASCII, such as "-_!"; leave it out for none';

/** A host and a TCP port, such as db:5432 or [fd00::1]:5432. */
export const hostAndPort: Check = (value) => {
  const fix = "must be HOST:PORT, such as db:5432; an IPv6 address stands in brackets";
  const [, host = "", number] =
    typeof value === "string" ? (/^(\[[0-9a-f:.]+\]|[\w.-]+):(\d+)$/i.exec(value) ?? []) : [];
  return host === "" ? fix : port(Number(number)) && fix;
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
