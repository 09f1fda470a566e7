/**
 * Whether one version is of an earlier time than the other, as far as they tell; an unknown one is not.
 * Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions (they are compared as numbers of
 * any length; a server that gives others must be believed as it comes).
 */
export function isOlder(version: string | undefined, than: string | undefined): boolean {
  if (!isNumber(version) || !isNumber(than)) return false;
  return version.length === than.length ? version < than : version.length < than.length;
}

function isNumber(version: string | undefined): version is string {
  return version !== undefined && /^[1-9]\d*$/.test(version);
}

/** For so long a state that is older than one told before is taken for that of a server that lags behind. */
const lagMs = 15_000;

/** The latest state of a list of objects that was told, by which old news is known. */
export class LatestVersion {
  #version: string | undefined;
  #olderSince: number | undefined;

  /** What a watch goes on from; undefined before the first list. */
  get version(): string | undefined {
    return this.#version;
  }

  /**
   * Takes the version of a whole list; says whether its objects are to be believed. An older one is that of a server that
   * lags behind, unless that lasts: a cluster that was restored from a backup begins at an earlier version.
   */
  acceptList(version: string): boolean {
    const now = performance.now();
    if (isOlder(version, this.#version)) {
      this.#olderSince ??= now;
      if (now - this.#olderSince < lagMs) return false;
    }
    this.#olderSince = undefined;
    this.#version = version;
    return true;
  }

  /** Takes the version of an event; says whether it is news, and none that was told before. */
  acceptEvent(version: string | undefined): boolean {
    if (version !== undefined && (version === this.#version || isOlder(version, this.#version))) return false;
    this.#version = version ?? this.#version;
    return true;
  }
}
