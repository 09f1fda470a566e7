import { createHash } from "node:crypto";
import { chmodSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Apt } from "../machine/apt.ts";
import { run } from "../machine/run.ts";
import type { Layer, Recipe } from "./recipes.ts";

interface Blob {
  mediaType: string;
  digest: string;
  size: number;
}

/** Debian's merged /usr, which packages of all ages then fall into. */
const mergedFolders = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];
/** Nothing in a container reads these. */
const unused = [
  "usr/share/{doc,man,info,locale,lintian,bash-completion,apport}",
  "usr/lib/*/gconv",
  "usr/lib/systemd",
  "usr/lib/postgresql/*/lib/bitcode",
  "usr/share/postgresql/*/man",
];
/** The same files give the same digests, whenever they are packed. */
const fixedTar = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];

/** All images in one OCI archive: a layer that several share is in it once, and one import brings all. */
export async function packImages(recipes: readonly Recipe[], apt: Apt, folder: string, output: string): Promise<void> {
  const layout = join(folder, "layout");
  const blobs = join(layout, "blobs/sha256");
  mkdirSync(blobs, { recursive: true });
  const layers = new Map<Layer, Blob>();
  for (const layer of new Set(recipes.flatMap((recipe) => recipe.layers))) {
    layers.set(layer, await packLayer(layer, apt, join(folder, `layer${layers.size}`), blobs));
  }
  const manifests = recipes.map((recipe) => {
    const used = recipe.layers.flatMap((layer) => layers.get(layer) ?? []);
    const config = writeJson(blobs, "application/vnd.oci.image.config.v1+json", {
      architecture: process.arch === "arm64" ? "arm64" : "amd64",
      os: "linux",
      config: { Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"], ...recipe.config },
      rootfs: { type: "layers", diff_ids: used.map((blob) => blob.digest) },
    });
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    const manifest = writeJson(blobs, mediaType, { schemaVersion: 2, mediaType, config, layers: used });
    return { ...manifest, annotations: { "io.containerd.image.name": recipe.name } };
  });
  writeFileSync(join(layout, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  writeFileSync(join(layout, "index.json"), JSON.stringify({ schemaVersion: 2, manifests }));
  await run("tar", [...fixedTar, "-C", layout, "-cf", output, "."]);
  rmSync(layout, { recursive: true });
}

async function packLayer(layer: Layer, apt: Apt, root: string, blobs: string): Promise<Blob> {
  for (const name of mergedFolders) {
    mkdirSync(join(root, "usr", name), { recursive: true });
    symlinkSync(`usr/${name}`, join(root, name));
  }
  if (layer.packages.length > 0) await apt.unpackWhole(layer.packages, layer.without ?? [], root);
  for (const path of globSync(unused, { cwd: root })) rmSync(join(root, path), { recursive: true });
  if (layer.busyboxCommands === true) await linkCommands(root);
  for (const [name, mode] of Object.entries(layer.folders ?? {})) {
    mkdirSync(join(root, name), { recursive: true });
    chmodSync(join(root, name), mode);
  }
  for (const [name, { content, mode }] of Object.entries(layer.files ?? {})) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
    chmodSync(join(root, name), mode ?? 0o644);
  }
  for (const [name, target] of Object.entries(layer.links ?? {})) {
    rmSync(join(root, name), { force: true });
    symlinkSync(target, join(root, name));
  }
  const file = `${root}.tar`;
  await run("tar", [...fixedTar, "-C", root, "-cf", file, "."]);
  rmSync(root, { recursive: true });
  const content = readFileSync(file);
  const blob = describe("application/vnd.oci.image.layer.v1.tar", content);
  renameSync(file, join(blobs, blob.digest.slice("sha256:".length)));
  return blob;
}

async function linkCommands(root: string): Promise<void> {
  const list = await run(join(root, "bin/busybox"), ["--list"]);
  for (const name of list.split("\n").filter((one) => one !== "" && one !== "busybox")) {
    symlinkSync("busybox", join(root, "usr/bin", name));
  }
}

function writeJson(blobs: string, mediaType: string, value: object): Blob {
  const content = Buffer.from(JSON.stringify(value));
  const blob = describe(mediaType, content);
  writeFileSync(join(blobs, blob.digest.slice("sha256:".length)), content);
  return blob;
}

function describe(mediaType: string, content: Buffer): Blob {
  return { mediaType, digest: `sha256:${createHash("sha256").update(content).digest("hex")}`, size: content.length };
}
