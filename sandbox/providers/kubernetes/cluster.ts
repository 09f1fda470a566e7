import { equal, getString, type JsonObject } from "../json.ts";
import { Api } from "./api.ts";
import type { Mutability } from "./immutable.ts";
import { activeCluster, type Choice, connection } from "./kubeconfig.ts";

export interface Settings {
  mutable: Mutability;
  forcePatches: boolean;
  upsertExisting: boolean;
  deleteUnreachable: boolean;
  skipUnreachable: boolean;
}

/** Where the provider's resources are: an API, or the reason why there is none. */
export type Cluster = { api: Api } | { unreachable: string };

export function choiceOf(config: JsonObject): Choice {
  const given = (["kubeconfig", "context", "cluster", "namespace"] as const)
    .map(
      (key) => [key, typeof config[key] === "object" ? JSON.stringify(config[key]) : getString(config, key)] as const,
    )
    .filter(([, value]) => value !== "");
  return Object.fromEntries(given);
}

function flag(config: JsonObject, key: string, variable: string): boolean {
  const value = config[key];
  if (value === undefined || value === null) return process.env[variable] === "true";
  return value === true || value === "true";
}

export function settingsOf(config: JsonObject): Settings {
  return {
    mutable: {
      configMaps: flag(config, "enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"),
      secrets: flag(config, "enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
    },
    forcePatches: flag(config, "enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE"),
    upsertExisting: flag(config, "upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"),
    deleteUnreachable: flag(config, "deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE"),
    skipUnreachable: flag(config, "skipUpdateUnreachable", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE"),
  };
}

export async function connect(config: JsonObject): Promise<Cluster> {
  try {
    const api = new Api(connection(choiceOf(config)));
    await api.request("/version");
    return { api };
  } catch (error) {
    return { unreachable: error instanceof Error ? error.message : String(error) };
  }
}

/** A provider is replaced, and all that it made, when its configuration leads to another cluster. */
export function diffConfig(olds: JsonObject, news: JsonObject): { changed: string[]; replaced: string[] } {
  const keys = new Set([...Object.keys(olds), ...Object.keys(news)]);
  const changed = [...keys].filter((key) => !equal(olds[key], news[key]));
  const leading = changed.filter((key) => ["kubeconfig", "context", "cluster"].includes(key));
  if (leading.length === 0) return { changed, replaced: [] };
  const [old, now] = [olds, news].map((config) => {
    try {
      return activeCluster(choiceOf(config));
    } catch {
      return undefined;
    }
  });
  return { changed, replaced: old && now && !equal(old, now) ? leading : [] };
}
