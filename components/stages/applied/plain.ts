import * as pulumi from "@pulumi/pulumi";
import { isSecretMark, partsOf } from "../../pulumi";
import { unknownLeaf } from "../../spec/applied";
import { isPlain } from "../../spec/values";

/** Inputs of a resource as plain values, secrets too, with `unknownLeaf` where a preview knows none. */
export async function plainOf(value: unknown): Promise<unknown> {
  // Most are, and it takes each leaf a promise to find out.
  if (isPlainThroughout(value)) return value;
  if (pulumi.Output.isInstance(value)) {
    const output = partsOf(value);
    return (await output.isKnown) ? await plainOf(await output.promise(true)) : unknownLeaf;
  }
  if (value instanceof Promise) return await plainOf(await value);
  if (pulumi.isUnknown(value)) return unknownLeaf;
  if (Array.isArray(value)) return await Promise.all(value.map(plainOf));
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Record<string, unknown>;
  if (isSecretMark(fields)) return await plainOf(fields.value);
  const entries = Object.entries(fields).map(async ([key, field]) => [key, await plainOf(field)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

function isPlainThroughout(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (!isPlain(value) || pulumi.isUnknown(value) || isSecretMark(value as Record<string, unknown>)) return false;
  return Object.values(value).every(isPlainThroughout);
}
