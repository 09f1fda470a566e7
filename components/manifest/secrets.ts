import * as pulumi from "@pulumi/pulumi";

/**
 * What must not show in logs or errors: for each Output among the arguments, its texts where it is a secret.
 *
 * @param value - arguments, however deep
 * @returns one Output per Output: the texts to hide, one below the other, itself a secret, or "" where it is none
 */
export function secretsIn(value: unknown): pulumi.Output<string>[] {
  return outputsIn(value).map((output) =>
    output.apply(async (known) => ((await pulumi.isSecret(output)) ? textsIn(known).join("\n") : "")),
  );
}

function outputsIn(value: unknown): pulumi.Output<unknown>[] {
  if (pulumi.Output.isInstance(value)) return [value];
  if (value instanceof Promise) return [pulumi.output(value)];
  if (Array.isArray(value)) return value.flatMap(outputsIn);
  if (typeof value === "object" && value !== null && !pulumi.Resource.isInstance(value)) {
    return Object.values(value).flatMap(outputsIn);
  }
  return [];
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  if (typeof value === "number") return [String(value)];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
