// The schema of the package for other languages, as Pulumi's own analyzer of components makes it from the types.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer.js";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema.js";

const components = join(import.meta.dirname, "../../components");

/** The schema, and the types with what documents each, which the schema leaves out. */
export function analyzed() {
  const manifest = JSON.parse(readFileSync(join(components, "package.json"), "utf8"));
  const analyzer = new Analyzer(components, manifest.name, manifest, new Set(["InitPod"]));
  const { components: found, typeDefinitions, dependencies } = analyzer.analyze();
  const schema = generateSchema(
    manifest.name,
    manifest.version,
    manifest.description,
    found,
    typeDefinitions,
    dependencies,
  );
  return { schema, typeDefinitions, manifest };
}
