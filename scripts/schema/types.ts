/** Of package.json, what the schema says as well. */
export interface Manifest {
  name: string;
  version: string;
  description: string;
  keywords: string[];
  license: string;
}

/** A field, or what a list or a map holds. */
export interface Property {
  type?: string;
  description?: string;
  items?: Property;
  additionalProperties?: Property;
  oneOf?: Property[];
}

export type Properties = Record<string, Property>;

interface Resource {
  description?: string;
  inputProperties?: Properties;
  properties?: Properties;
}

interface Type {
  type?: string;
  description?: string;
  properties?: Properties;
}

/** Of a schema, what is completed. Source: https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/ */
export interface Schema {
  name: string;
  description?: string;
  namespace?: string;
  dependencies?: unknown;
  resources: Record<string, Resource>;
  types: Record<string, Type>;
}

/** What the analyzer finds. */
export interface Analyzed {
  schema: Schema;
  typeDefinitions: Record<string, { name: string; description?: string }>;
  manifest: Pick<Manifest, "keywords" | "license">;
}
