import type { AuthProvider } from "./fields";

type OidcConfig = NonNullable<AuthProvider["config"]>;

/** Why no token is to be had by the kubeconfig, without asking anybody. `now` in milliseconds. */
export function idTokenProblem(config: OidcConfig, now: number): string | undefined {
  if ((config["refresh-token"] ?? "") !== "") return undefined;
  const token = config["id-token"] ?? "";
  if (token === "") return "auth-provider oidc has neither an id-token nor a refresh-token in its config: log in";
  const expiry = expiryOf(token);
  if (expiry === undefined) return "auth-provider oidc has an id-token that is no JWT in its config: log in anew";
  if (expiry > now) return undefined;
  return `auth-provider oidc has an id-token that has expired (${new Date(expiry).toISOString()}), and no refresh-token: log in anew`;
}

function expiryOf(token: string): number | undefined {
  const [, payload = "", signature] = token.split(".");
  if (signature === undefined) return undefined;
  try {
    const { exp } = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as { exp?: unknown };
    return typeof exp === "number" ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

/** The library renews a token that has expired, and takes one that is missing for no reason to. */
export function renewable(config: OidcConfig): OidcConfig {
  return (config["id-token"] ?? "") === "" ? { ...config, "id-token": "none" } : config;
}
