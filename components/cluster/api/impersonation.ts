import { KubeconfigError } from "./errors";

/** What a kubeconfig's user says of whom its requests are made as. */
export interface Impersonation {
  as?: string | null;
  "as-uid"?: string | null;
  "as-groups"?: string[] | null;
  "as-user-extra"?: Record<string, string[]> | null;
}

/**
 * Headers by which the API server takes a request for another user's, as kubectl sends them.
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/
 * @throws {KubeconfigError} where uid, groups or extra fields are asked for, and no user.
 */
export function impersonationHeaders(
  user: Impersonation,
  name: string,
  source: string,
): Record<string, string | string[]> {
  const { as, "as-uid": uid, "as-groups": groups, "as-user-extra": extra } = user;
  const isUser = as !== undefined && as !== null && as !== "";
  const others = Object.entries({ "as-uid": uid, "as-groups": groups, "as-user-extra": extra });
  const [asked] = others.find(([, value]) => Object.keys(value ?? {}).length > 0) ?? [];
  if (!isUser && asked !== undefined) {
    throw new KubeconfigError(`User "${name}" of ${source} has ${asked}, and no \`as\`: say as which user.`);
  }
  return {
    ...(isUser ? { "Impersonate-User": as } : {}),
    ...(hasText(uid) ? { "Impersonate-Uid": uid } : {}),
    ...((groups?.length ?? 0) > 0 ? { "Impersonate-Group": groups ?? [] } : {}),
    ...Object.fromEntries(
      Object.entries(extra ?? {}).map(([key, values]) => [`Impersonate-Extra-${escaped(key)}`, values]),
    ),
  };
}

function hasText(value: string | null | undefined): value is string {
  return value !== undefined && value !== null && value !== "";
}

/** A key may hold what no header's name may, such as a slash. */
function escaped(key: string): string {
  return key.replace(/[^!#$&'*+.^_`|~0-9A-Za-z-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(""),
  );
}
