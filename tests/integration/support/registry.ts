import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { globSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { paths } from "../../../sandbox/paths.ts";
import { removeImage } from "./cri.ts";
import { mustRun } from "./run.ts";

interface Descriptor {
  digest: string;
  size: number;
  annotations?: Record<string, string>;
}

const archive = globSync(join(paths().images, "*/images.tar"))[0] ?? "";
const blobOf = (digest: string): string => `./blobs/${digest.replace(":", "/")}`;

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse((await mustRun("tar", ["-xOf", archive, path])).stdout) as T;
}

/**
 * A registry on 127.0.0.1, from which the sandbox's node pulls copies of the sandbox's images. They are images of their
 * own, as another `created` gives them other digests: so the node takes them for no others, and removing them removes none
 * of the sandbox's names.
 */
export class Registry {
  /** What was asked for, as NAME and tag or digest. */
  readonly asked: string[] = [];
  readonly #texts = new Map<string, string>();
  readonly #manifests = new Map<string, string>();
  readonly #server = createServer((request, response) => {
    const [, name, kind, reference = ""] = /^\/v2\/(.+)\/(manifests|blobs)\/(.+)$/.exec(request.url ?? "") ?? [];
    if (name === undefined) return void response.writeHead(200).end();
    this.asked.push(`${name} ${reference}`);
    const digest = reference.startsWith("sha256:") ? reference : this.digestOf(name);
    if (digest === "") return void response.writeHead(404).end();
    const mediaType = kind === "manifests" ? "vnd.oci.image.manifest.v1+json" : "octet-stream";
    response.writeHead(200, { "content-type": `application/${mediaType}`, "docker-content-digest": digest });
    const text = this.#texts.get(digest);
    if (request.method === "HEAD" || text !== undefined) return void response.end(text);
    spawn("tar", ["-xOf", archive, blobOf(digest)], { stdio: ["ignore", "pipe", "inherit"] }).stdout.pipe(response);
  });

  private constructor() {
    // In `open`, which can wait.
  }

  /** @param repositories - The name of each repository, and the image of the sandbox whose copy all its tags are. */
  static async open(repositories: Record<string, string>): Promise<Registry> {
    const registry = new Registry();
    const { manifests } = await readJson<{ manifests: Descriptor[] }>("./index.json");
    for (const [name, image] of Object.entries(repositories)) {
      const original = manifests.find(({ annotations }) => annotations?.["io.containerd.image.name"] === image);
      registry.#manifests.set(name, await registry.#copy(original?.digest ?? ""));
    }
    registry.#server.listen(0, "127.0.0.1");
    await once(registry.#server, "listening");
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Of the manifest of a repository. */
  digestOf(name: string): string {
    return this.#manifests.get(name) ?? "";
  }

  /** Ends it, and takes what the node has pulled from it away. */
  async close(): Promise<void> {
    for (const pulled of new Set(this.asked.filter((one) => / (?!sha256:)/.test(one)))) {
      await removeImage(`${this.host}/${pulled.replace(" ", ":")}`);
    }
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #copy(digest: string): Promise<string> {
    const manifest = await readJson<{ config: Descriptor }>(blobOf(digest));
    const config = await readJson<object>(blobOf(manifest.config.digest));
    const text = JSON.stringify({ ...config, created: "2026-01-01T00:00:00Z" });
    return this.#keep(
      JSON.stringify({ ...manifest, config: { ...manifest.config, digest: this.#keep(text), size: text.length } }),
    );
  }

  #keep(text: string): string {
    const digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;
    this.#texts.set(digest, text);
    return digest;
  }
}
