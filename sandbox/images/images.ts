import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Apt } from "../machine/apt.ts";
import { stored } from "../machine/stored.ts";
import { packImages } from "./pack.ts";
import { recipes } from "./recipes.ts";

export interface Images {
  archive: string;
  made: boolean;
}

/** The images' archive, packed anew where the recipes or the way of packing have changed. */
export async function prepareImages(folder: string, apt: Apt): Promise<Images> {
  const packing = readFileSync(join(import.meta.dirname, "pack.ts"));
  const key = createHash("sha256")
    .update(JSON.stringify([recipes, process.arch]))
    .update(packing)
    .digest("hex")
    .slice(0, 16);
  const { folder: ready, made } = await stored(folder, key, (unfinished) =>
    packImages(recipes, apt, unfinished, join(unfinished, "images.tar")),
  );
  return { archive: join(ready, "images.tar"), made };
}
