import * as pulumi from "@pulumi/pulumi";
import type { Fields } from "../merging";

/**
 * What must not show in logs or errors: for each Output among the arguments, however deep, its texts, one below the
 * other and itself a secret, or "" where it is no secret.
 */
export function secretsIn(value: unknown): pulumi.Output<string>[] {
  return outputsIn(value).map((output) =>
    output.apply(async (known) => ((await pulumi.isSecret(output)) ? textsIn(known).join("\n") : "")),
  );
}

/**
 * A mark for init containers that read a Kubernetes Secret, whose value is not known here: whatever they log may hold
 * it. It is "", and a secret where an init container's environment, or a volume that it mounts, comes from a Secret; there
 * is none where plain fields show that nothing does. The finished spec tells, with what a step of plain Kubernetes asks for
 * by itself.
 */
export function secretMarks(podSpec: Fields): pulumi.Output<string>[] {
  const parts = { init: podSpec.initContainers ?? [], volumes: podSpec.volumes ?? [] } as Parts;
  if (outputsIn(parts).length === 0) return readsSecret(parts) ? [pulumi.secret("")] : [];
  return [pulumi.output(parts).apply((known) => (readsSecret(known) ? pulumi.secret("") : pulumi.output("")))];
}

interface Parts {
  init: Fields[];
  volumes: Fields[];
}

function readsSecret({ init, volumes }: Parts): boolean {
  const mounted = new Set(init.flatMap(({ volumeMounts = [] }) => (volumeMounts as Fields[]).map(({ name }) => name)));
  const sources = volumes.filter(({ name }) => mounted.has(name));
  return hasKey(init, ["secretKeyRef", "secretRef"]) || hasKey(sources, ["secret", "csi"]);
}

function hasKey(value: unknown, keys: readonly string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, inner]) => keys.includes(key) || hasKey(inner, keys));
}

/** All Outputs in a value, however deep. */
export function outputsIn(value: unknown): pulumi.Output<unknown>[] {
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
