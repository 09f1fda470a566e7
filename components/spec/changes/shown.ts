import { cleanLine, cut } from "../../text";

/** Longer ones say nothing more to who reads them in passing. */
const longest = 60;

/** In an address: its user, often with a password. */
const userOfAddress = /(\w+:\/\/)[^\s/@]*@/g;
/** Often a key. */
const queryOfAddress = /(\w+:\/\/[^\s?#]*)[?#]\S*/g;

/** Names of what nobody should write into a program in plain text, and some do. */
const secretNames = /pass|pwd|secret|token|credential|auth|(^|[^a-z])key|keys?\b/i;

/** `(a → b)` for what `words` say, with a space before it; "" where values are not known, the same when cut, or may be secret. */
export function shownChange(words: string, from: string | undefined, to: string | undefined): string {
  if (to === undefined || secretNames.test(words)) return "";
  const [was, is] = withoutCommon(from === undefined ? undefined : shown(from), shown(to));
  if (was === is) return "";
  return was === undefined ? ` (${is})` : ` (${was} → ${is})`;
}

function shown(text: string): string {
  const line = cleanLine(text.replaceAll("\n", " ")).replace(userOfAddress, "$1…@").replace(queryOfAddress, "$1?…");
  return line === "" ? '""' : cut(line, longest);
}

/** Of two images of one repository, the tags alone. */
function withoutCommon(from: string | undefined, to: string): [string | undefined, string] {
  const image = /^([a-z0-9][^\s:@]*(?::\d+\/[^\s:@]+)?):([\w.-]+)$/i;
  const [, repository, was] = image.exec(from ?? "") ?? [];
  const [, other, is] = image.exec(to) ?? [];
  return was === undefined || is === undefined || repository !== other ? [from, to] : [was, is];
}
