import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import type { ClusterAccess } from "./access";
import { loadKubeConfig } from "./kubeconfig";
import { kubeconfigPaths } from "./kubeconfig/files";

/**
 * Tells whether a kubeconfig says something else of its cluster than before: kind and minikube write another address into it
 * each time they start. Files are read only once the system says that they have changed.
 */
export class KubeconfigWatch {
  #stamp: string;
  #content: Promise<string | undefined>;

  constructor(private readonly access: ClusterAccess) {
    this.#stamp = this.#currentStamp();
    this.#content = this.#currentContent();
  }

  /** Whether the server, the user or the context is another one than when this was last asked. Never rejects. */
  async hasChanged(): Promise<boolean> {
    const stamp = this.#currentStamp();
    if (stamp === this.#stamp) return false;
    const [before, content] = await Promise.all([this.#content, this.#currentContent()]);
    // Half written, or away for a moment: looked at again next time.
    if (content === undefined) return false;
    this.#stamp = stamp;
    this.#content = Promise.resolve(content);
    return content !== before;
  }

  #currentStamp(): string {
    const { kubeconfig, kubeconfigPath } = this.access;
    if (kubeconfig !== undefined) return "";
    return kubeconfigPaths(kubeconfigPath).map(stampOf).join();
  }

  /** A hash, as it holds credentials. */
  async #currentContent(): Promise<string | undefined> {
    try {
      const { config, headers, exec } = await loadKubeConfig(this.access);
      const name = config.getCurrentContext();
      const entries = [config.getCurrentCluster(), config.getCurrentUser(), config.getContextObject(name)];
      const facts = [...entries, headers, exec];
      return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
    } catch {
      return undefined;
    }
  }
}

/** Nothing for a file that is missing, or that can't be looked at now. */
function stampOf(path: string): string {
  try {
    const { ino, size, mtimeMs } = statSync(path);
    return `${ino} ${size} ${mtimeMs}`;
  } catch {
    return "";
  }
}
