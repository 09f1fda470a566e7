import * as pulumi from "@pulumi/pulumi";
import { isSecretMark, partsOf } from "../../pulumi";
import { unknownLeaf } from "../../spec/applied";
import { isPlain } from "../../spec/values";

/**
 * Inputs of a resource as plain values, with `unknownLeaf` where a preview knows none, and what `hide` makes of a secret:
 * by default its value.
 */
export async function plainOf(value: unknown, hide: (secret: unknown) => unknown = itself): Promise<unknown> {
  // Most are, and it takes each leaf a promise to find out.
  if (isPlainThroughout(value)) return value;
  if (pulumi.Output.isInstance(value)) {
    const { isKnown, isSecret, promise } = partsOf(value);
    const [known, secret] = await Promise.all([isKnown, isSecret]);
    const plain = known ? await plainOf(await promise.call(value, true), hide) : unknownLeaf;
    return secret ? hide(plain) : plain;
  }
  if (value instanceof Promise) return await plainOf(await value, hide);
  if (pulumi.isUnknown(value)) return unknownLeaf;
  if (Array.isArray(value)) return await Promise.all(value.map((item) => plainOf(item, hide)));
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Record<string, unknown>;
  if (isSecretMark(fields)) return hide(await plainOf(fields.value, hide));
  const entries = Object.entries(fields).map(async ([key, field]) => [key, await plainOf(field, hide)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

function itself<T>(value: T): T {
  return value;
}

function isPlainThroughout(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (!isPlain(value) || pulumi.isUnknown(value) || isSecretMark(value as Record<string, unknown>)) return false;
  return Object.values(value).every(isPlainThroughout);
}
