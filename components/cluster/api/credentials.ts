import type https from "node:https";
import { rootCertificates, type SecureContext } from "node:tls";
import type { KubeConfig } from "@kubernetes/client-node";
import { errorText } from "../../text";
import { within } from "../../time";
import { type ClusterAccess, inContext } from "./access";
import { KubeconfigError } from "./errors";
import { type LoadedKubeconfig, loadKubeConfig, serverOf } from "./kubeconfig";
import type { PluginCredentials } from "./kubeconfig/execPlugin";
import { sendsCredentials } from "./kubeconfig/server";
import { LastSecureContext } from "./lastSecureContext";

/** Connection settings with credentials, as `node:https` and `ws` take them. */
export type AuthorizedOptions = Omit<https.RequestOptions, "headers"> & {
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** Of the certificates and the key, for all connections. */
  readonly secureContext?: SecureContext;
};

/** For an identity provider that renews a token. */
const loginTimeoutMs = 120_000;
/** A proxy that never answers would otherwise keep the process alive. */
const proxyTimeoutMs = 10_000;
/** Credentials are reused for so long, so that a burst of requests reads no file and runs no plugin each. */
const reuseMs = 5_000;
/** Between two renewals that the server did not take either, doubling: each may run a plugin, or ask a person to log in. */
const renewalPauseMs = { first: 2_000, longest: 16_000 } as const;

/**
 * The credentials of one context for one API server. `@kubernetes/client-node` gets them (exec plugins, token refresh);
 * here they are kept for a moment, and renewed once the server takes them no longer.
 */
export class Credentials {
  /** URL of the API server. */
  readonly server: string;
  readonly #access: ClusterAccess;
  #loaded: LoadedKubeconfig;
  #hasMoved = false;
  #options: { promise: Promise<AuthorizedOptions>; until: number } | undefined;
  #renewing: Promise<void> | undefined;
  /** Those that the server did not take though they were new. */
  #refused: LoadedKubeconfig | undefined;
  #renewalPauseMs: number = renewalPauseMs.first;
  #noRenewalUntil = 0;
  readonly #secureContext = new LastSecureContext();

  private constructor(access: ClusterAccess, loaded: LoadedKubeconfig) {
    // Another context may become the current one meanwhile.
    this.#access = inContext(access, loaded.config.getCurrentContext());
    this.#loaded = loaded;
    this.server = serverOf(loaded.config);
  }

  /** @throws {KubeconfigError} where the kubeconfig or its context can't be used. */
  static async read(access: ClusterAccess): Promise<Credentials> {
    return new Credentials(access, await loadKubeConfig(access));
  }

  /** As it was last read. */
  get kubeConfig(): KubeConfig {
    return this.#loaded.config;
  }

  /** Whether a renewal found the context to be of another server by now, which these are not for. */
  get hasMoved(): boolean {
    return this.#hasMoved;
  }

  /**
   * Runs `action` with credentials; once more, with renewed ones, where it throws an error of `status` 401. A token may
   * have expired on the way: an exec plugin, a token file or a rewritten kubeconfig has a newer one. Not so soon again where
   * the server did not take the new ones either.
   * @throws {KubeconfigError} where there are none to be had.
   */
  async use<T>(action: (options: AuthorizedOptions) => Promise<T>): Promise<T> {
    const used = this.#loaded;
    try {
      return this.#taken(await action(await this.#get()));
    } catch (error) {
      if (!isUnauthorized(error)) throw error;
      if (used === this.#loaded && !used.isWithheld && performance.now() < this.#noRenewalUntil) throw error;
      await this.#renew(used);
      return this.#taken(await this.#again(action));
    }
  }

  async #again<T>(action: (options: AuthorizedOptions) => Promise<T>): Promise<T> {
    const renewed = this.#loaded;
    try {
      return await action(await this.#get());
    } catch (error) {
      if (!isUnauthorized(error)) throw error;
      this.#putOffRenewal(renewed);
      if (!renewed.isWithheld) throw error;
      throw new KubeconfigError(
        `API server ${this.server} wants to know who asks, and speaks plain HTTP, over which the credentials of user ` +
          `"${this.kubeConfig.getCurrentUser()?.name}" are not sent: let the cluster's server begin with https://.`,
      );
    }
  }

  #taken<T>(result: T): T {
    this.#renewalPauseMs = renewalPauseMs.first;
    return result;
  }

  /** Once for the same ones, however many requests they were for. */
  #putOffRenewal(refused: LoadedKubeconfig): void {
    if (this.#refused === refused) return;
    this.#refused = refused;
    this.#noRenewalUntil = performance.now() + this.#renewalPauseMs;
    this.#renewalPauseMs = Math.min(2 * this.#renewalPauseMs, renewalPauseMs.longest);
  }

  #get(): Promise<AuthorizedOptions> {
    if (this.#options === undefined || this.#options.until < performance.now()) {
      const options = { promise: authorizedOptions(this.#loaded, this.#secureContext), until: Infinity };
      this.#options = options;
      options.promise.then(
        () => (options.until = performance.now() + reuseMs),
        () => (options.until = 0),
      );
    }
    return this.#options.promise;
  }

  /** Reads the kubeconfig anew, unless that happened since `used` was: one at a time, however many were refused. */
  async #renew(used: LoadedKubeconfig): Promise<void> {
    if (used !== this.#loaded) return;
    this.#renewing ??= this.#readAnew().finally(() => (this.#renewing = undefined));
    await this.#renewing;
  }

  async #readAnew(): Promise<void> {
    const loaded = await loadKubeConfig(this.#access);
    const server = serverOf(loaded.config);
    this.#hasMoved = server !== this.server;
    if (this.#hasMoved) {
      throw new KubeconfigError(
        `Context "${loaded.config.getCurrentContext()}" is of API server ${server} by now, and ${this.server} takes the ` +
          "credentials no longer.",
      );
    }
    this.#loaded = loaded;
    this.#options = undefined;
  }
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof Error && "status" in error && error.status === 401;
}

async function authorizedOptions(
  loaded: LoadedKubeconfig,
  secureContext: LastSecureContext,
): Promise<AuthorizedOptions> {
  const { config } = loaded;
  const noneFor = `No credentials for context "${config.getCurrentContext()}"`;
  const { token, cert, key } = await pluginCredentials(loaded, noneFor);
  const proxy = config.getCurrentCluster()?.proxyUrl;
  const options: https.RequestOptions & { headers: Record<string, string> } = {
    headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    ...(cert === undefined ? {} : { cert, key }),
    // With SOCKS it would end idle connections.
    ...(proxy !== undefined && !proxy.startsWith("socks") ? { timeout: proxyTimeoutMs } : {}),
  };
  try {
    await within(loginTimeoutMs, config.applyToHTTPSOptions(options), () => {
      throw new Error(`no answer within ${loginTimeoutMs / 1000} s`);
    });
  } catch (error) {
    throw new KubeconfigError(`${noneFor}: ${errorText(error)}`);
  }
  if (config.getCurrentUser()?.authProvider !== undefined && !hasIdentity(options)) {
    throw new KubeconfigError(`${noneFor}: its auth-provider has no token that is still valid. Log in anew.`);
  }
  trustProxy(options);
  delete options.timeout;
  if (proxy === undefined) delete options.agent;
  const headers = { ...(options.headers as Record<string, string>), ...loaded.headers };
  if (!sendsCredentials(serverOf(config))) return { ...options, headers };
  try {
    return { ...options, headers, secureContext: secureContext.of(options) };
  } catch (error) {
    throw new KubeconfigError(`${noneFor}: ${errorText(error)}`);
  }
}

async function pluginCredentials({ plugin }: LoadedKubeconfig, noneFor: string): Promise<PluginCredentials> {
  try {
    return (await plugin?.()) ?? {};
  } catch (error) {
    throw new KubeconfigError(`${noneFor} from its credential plugin ${errorText(error)}`);
  }
}

/** A proxy that speaks TLS is checked as the server is, as by kubectl. The library knows the system's authorities alone. */
function trustProxy({ agent, ca, rejectUnauthorized }: https.RequestOptions): void {
  if (typeof agent !== "object" || !("proxyRequestOptions" in agent)) return;
  const authorities = ca === undefined ? undefined : [ca, rootCertificates].flat(2);
  agent.proxyRequestOptions = { ca: authorities, rejectUnauthorized };
}

function hasIdentity({ headers, auth }: { headers: Record<string, string>; auth?: string | null }): boolean {
  return headers.Authorization !== undefined || (auth ?? "") !== "";
}
