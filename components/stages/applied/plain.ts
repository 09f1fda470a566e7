import * as pulumi from "@pulumi/pulumi";
import { partsOf } from "../../pulumi";
import { unknownLeaf } from "../../spec/applied";
import { isPlain } from "../../spec/values";

/** Marks a secret on its way between Pulumi's programs. Source: https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/rpc.ts */
const signature = "4dabf18193072939515e22adb298388d";

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
  if (isSecret(fields)) return await plainOf(fields.value);
  const entries = Object.entries(fields).map(async ([key, field]) => [key, await plainOf(field)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** Whether these are a secret as transforms get it, with its `value`. */
export function isSecret(fields: Record<string, unknown>): boolean {
  return signature in fields;
}

function isPlainThroughout(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (!isPlain(value) || pulumi.isUnknown(value) || isSecret(value as Record<string, unknown>)) return false;
  return Object.values(value).every(isPlainThroughout);
}
