// What Pulumi's analyzer of components can't know, added to the schema that it makes.
import type { Analyzed, Property, Schema } from "./types.ts";

/** Where the package comes from, for all that names it. */
export const repository = "https://github.com/init-pod/init-pod";
/** Where Pulumi finds the plugin by itself: in the releases of that repository. */
export const pluginDownloadURL = "github://api.github.com/init-pod/init-pod";

/** What each number is. TypeScript has one type for all, which others would get as a fraction. */
const numbers: Record<string, "integer" | "number"> = {
  attempts: "integer",
  connectTimeoutSeconds: "integer",
  depth: "integer",
  exitCode: "integer",
  intervalSeconds: "integer",
  length: "integer",
  localPort: "integer",
  port: "integer",
  restarts: "integer",
  retries: "integer",
  status: "integer",
  timeoutSeconds: "integer",
};

/** Kubernetes' own types, which have no documentation that the analyzer sees. Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#resources */
const ofKubernetes: Record<string, string> = {
  ResourceRequirements: "Compute resources that a container asks for, and the most that it gets.",
  ResourceClaim: "One entry of the Pod's resourceClaims that a container uses.",
};

/** How the package is called in each language. */
const language = {
  nodejs: { packageName: "init-pod", respectSchemaVersion: true },
  python: { packageName: "pulumi_init_pod", pyproject: { enabled: true }, respectSchemaVersion: true },
  go: {
    importBasePath: "github.com/init-pod/init-pod/sdk/go/initpod",
    rootPackageName: "initpod",
    respectSchemaVersion: true,
  },
  csharp: { rootNamespace: "Pulumi", namespaces: { "init-pod": "InitPod" }, respectSchemaVersion: true },
  java: { basePackage: "dev.initpod", respectSchemaVersion: true },
};

/**
 * The whole schema. The version is left out: the plugin adds its own.
 * @throws {Error} for a number of which nothing says whether it is whole, and a type without documentation.
 */
export function completed({ schema, typeDefinitions, manifest }: Analyzed): Schema {
  const { name, description, resources, types, namespace, dependencies } = schema;
  return {
    name,
    displayName: "InitPod",
    description,
    keywords: [...manifest.keywords.filter((word) => word !== "pulumi"), "category/cloud", "kind/component"],
    license: manifest.license,
    repository,
    homepage: repository,
    publisher: "init-pod",
    pluginDownloadURL,
    namespace,
    dependencies,
    language,
    resources: mapValues(resources, (resource) => ({
      ...resource,
      inputProperties: mapValues(resource.inputProperties ?? {}, property),
      properties: mapValues(resource.properties ?? {}, property),
    })),
    types: mapValues(types, (type, token) => ({
      ...type,
      description: documentation(token.replace(/.*:/, ""), typeDefinitions),
      ...(type.properties && { properties: mapValues(type.properties, property) }),
    })),
  } as Schema;
}

function documentation(name: string, types: Analyzed["typeDefinitions"]): string {
  const description = types[name]?.description ?? ofKubernetes[name] ?? "";
  if (description === "") throw new Error(`The type ${name} has no documentation.`);
  return description;
}

/** A property, be it a list or a map, with its numbers as they are meant. */
function property(spec: Property, name: string): Property {
  return {
    ...spec,
    ...(spec.type === "number" && { type: numberType(name) }),
    ...(spec.items && { items: property(spec.items, name) }),
    ...(spec.additionalProperties && { additionalProperties: property(spec.additionalProperties, name) }),
    ...(spec.oneOf && { oneOf: spec.oneOf.map((one) => property(one, name)) }),
  };
}

function numberType(name: string): string {
  const type = numbers[name];
  if (type !== undefined) return type;
  throw new Error(`Is ${name} a whole number, "integer", or any, "number"? Say so in scripts/schema/completed.ts.`);
}

function mapValues<T, U>(object: Record<string, T>, change: (value: T, key: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
}
