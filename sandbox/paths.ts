import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Everything that the sandbox writes lies below `cache`; `run` holds only sockets, whose paths must stay short. */
export interface Paths {
  cache: string;
  bin: string;
  tools: string;
  built: string;
  go: string;
  languages: string;
  images: string;
  state: string;
  logs: string;
  pki: string;
  kubeconfig: string;
  pulumiHome: string;
  pulumiState: string;
  run: string;
  memory: string;
  repository: string;
}

/**
 * One sandbox per machine, as its bridge and ports are fixed: its lock and its owner's mark must be found by every user
 * and from every HOME. A unix socket's path has 108 bytes at most, which a deep HOME would use up.
 */
export const runFolder = "/run/init-pod-sandbox";

/**
 * etcd syncs each write to disk, and on a disk that is busy with a build one write can take longer than the API server
 * waits. The sandbox's objects are not worth that, so they live in memory. Each cache has its own: its keys signed them.
 */
const memory = "/dev/shm";

export function paths(environment: NodeJS.ProcessEnv = process.env): Paths {
  const base = environment.XDG_CACHE_HOME;
  const cache = resolve(base === undefined || base === "" ? join(homedir(), ".cache") : base, "init-pod");
  const state = join(cache, "state");
  return {
    cache,
    bin: join(cache, "bin"),
    tools: join(cache, "tools"),
    built: join(cache, "built"),
    go: join(cache, "go"),
    languages: join(cache, "languages"),
    images: join(cache, "images"),
    state,
    logs: join(state, "logs"),
    pki: join(state, "pki"),
    kubeconfig: join(state, "kubeconfig"),
    pulumiHome: join(cache, "pulumi-home"),
    pulumiState: join(cache, "pulumi-state"),
    run: runFolder,
    memory: existsSync(memory) ? join(memory, `init-pod-sandbox-${hash(cache)}`) : state,
    repository: resolve(import.meta.dirname, ".."),
  };
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

/** The first executable of that name in these folders. */
export function findExecutable(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

export function pathFolders(environment: NodeJS.ProcessEnv = process.env): string[] {
  return (environment.PATH ?? "").split(":").filter((folder) => folder !== "");
}
