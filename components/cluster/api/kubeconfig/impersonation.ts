import type { User } from "./fields";

/** Whom requests are made as. */
type Impersonation = Pick<User, "as" | "as-uid" | "as-groups" | "as-user-extra">;

/** The field that asks for more than a user, where no user is asked for. */
export function userless(user: Impersonation): string | undefined {
  if (user.as !== undefined) return undefined;
  const others = ["as-uid", "as-groups", "as-user-extra"] as const;
  return others.find((name) => Object.keys(user[name] ?? {}).length > 0);
}

/**
 * Headers by which the API server takes a request for another user's, as kubectl sends them.
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/
 */
export function impersonationHeaders(user: Impersonation): Record<string, string | string[]> {
  const { as, "as-uid": uid, "as-groups": groups = [], "as-user-extra": extra = {} } = user;
  return {
    ...(as === undefined ? {} : { "Impersonate-User": asBytes(as) }),
    ...(uid === undefined ? {} : { "Impersonate-Uid": asBytes(uid) }),
    ...(groups.length === 0 ? {} : { "Impersonate-Group": groups.map(asBytes) }),
    ...Object.fromEntries(
      Object.entries(extra).map(([key, values]) => [`Impersonate-Extra-${escaped(key)}`, values.map(asBytes)]),
    ),
  };
}

/** Node.js sends a header's characters as one byte each, and Go programs as UTF-8. */
function asBytes(value: string): string {
  return Buffer.from(value, "utf8").toString("latin1");
}

/** A key may hold what no header's name may, such as a slash. */
function escaped(key: string): string {
  return key.replace(/[^!#$&'*+.^_`|~0-9A-Za-z-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(""),
  );
}
