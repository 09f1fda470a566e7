import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { paths } from "../../../sandbox/paths.ts";
import { mustRun } from "./run.ts";

interface Descriptor {
  mediaType: string;
  digest: string;
  annotations?: Record<string, string>;
}

/** A registry on 127.0.0.1, from which the sandbox's node pulls: it has the sandbox's images, by other names. */
export class Registry {
  readonly asked: string[] = [];
  readonly #archive = globSync(join(paths().images, "*/images.tar"))[0] ?? "";
  readonly #server = createServer((request, response) => {
    const [, name = "", reference = ""] = /^\/v2\/(.+)\/(?:manifests|blobs)\/(.+)$/.exec(request.url ?? "") ?? [];
    const isManifest = request.url?.includes("/manifests/") === true;
    const digest = reference.startsWith("sha256:") ? reference : this.#manifests.get(this.repositories[name] ?? "");
    if (name !== "") this.asked.push(`${name} ${reference}`);
    if (name === "" || digest === undefined) return void response.writeHead(name === "" ? 200 : 404).end();
    response.writeHead(200, {
      "content-type": isManifest ? "application/vnd.oci.image.manifest.v1+json" : "application/octet-stream",
      "docker-content-digest": digest,
    });
    if (request.method === "HEAD") return void response.end();
    this.#read(`./blobs/${digest.replace(":", "/")}`).pipe(response);
  });
  #manifests = new Map<string, string>();

  /** @param repositories - The name of each repository, and the image of the sandbox that all its tags have. */
  private constructor(private readonly repositories: Record<string, string>) {}

  static async open(repositories: Record<string, string>): Promise<Registry> {
    const registry = new Registry(repositories);
    const { stdout } = await mustRun("tar", ["-xOf", registry.#archive, "./index.json"]);
    const { manifests } = JSON.parse(stdout) as { manifests: Descriptor[] };
    registry.#manifests = new Map(
      manifests.map(({ digest, annotations }) => [annotations?.["io.containerd.image.name"] ?? "", digest]),
    );
    registry.#server.listen(0, "127.0.0.1");
    await once(registry.#server, "listening");
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  digestOf(image: string): string {
    return this.#manifests.get(image) ?? "";
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #read(path: string): NodeJS.ReadableStream {
    return spawn("tar", ["-xOf", this.#archive, path], { stdio: ["ignore", "pipe", "inherit"] }).stdout;
  }
}
