// The schema of the package for other languages, as Pulumi's own analyzer of components makes it from the types.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer.js";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema.js";
import type { Analyzed, Manifest } from "./types.ts";

const components = join(import.meta.dirname, "../../components");

/** The schema, and the types with what documents each, which the schema leaves out. */
export function analyzed(): Analyzed {
  const manifest = JSON.parse(readFileSync(join(components, "package.json"), "utf8")) as Manifest;
  const { name, version, description } = manifest;
  const analyzer = new Analyzer(components, name, { ...manifest }, new Set(["InitPod"]));
  const { components: found, typeDefinitions, dependencies } = analyzer.analyze();
  return {
    schema: generateSchema(name, version, description, found, typeDefinitions, dependencies),
    typeDefinitions,
    manifest,
  };
}
