import type { Fields, OneOf, Schema } from "./schema";

/**
 * Fields of `base` that can't stay beside what `patch` says, where both are what stands at the field `at`. Kubernetes
 * would refuse the two together, or do what neither of them means. A field that `patch` names itself is never one.
 */
export function displaced(base: Fields, patch: Fields, at: string, { exclusive }: Schema): string[] {
  const oneOf = Object.hasOwn(exclusive, at) ? exclusive[at] : undefined;
  const rule = Object.hasOwn(rules, at) ? rules[at] : undefined;
  const names = [...(oneOf === undefined ? [] : others(base, patch, oneOf)), ...(rule?.(base, patch) ?? [])];
  return names.filter((name) => !Object.hasOwn(patch, name) || patch[name] === undefined);
}

function others(base: Fields, patch: Fields, oneOf: OneOf): string[] {
  const isMember = (name: string): boolean => ("of" in oneOf ? oneOf.of.includes(name) : !oneOf.allBut.includes(name));
  return Object.keys(patch).some((name) => isMember(name) && says(patch, name))
    ? Object.keys(base).filter(isMember)
    : [];
}

type Rule = (base: Fields, patch: Fields) => string[];

/** What no table can say, by the field that the map stands at. */
const rules: Readonly<Record<string, Rule>> = {
  appArmorProfile: ofProfile,
  capabilities: ofCapabilities,
  seccompProfile: ofProfile,
  securityContext: ofSecurity,
  volumeMounts: ofMount,
};

/**
 * Sources: ValidateSecurityContext in https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go;
 * the capabilities of a privileged container are all of them, whatever it drops.
 */
function ofSecurity(_: Fields, patch: Fields): string[] {
  if (patch.privileged === true) return ["allowPrivilegeEscalation", "capabilities"];
  const { add } = (patch.capabilities ?? {}) as Fields;
  return Array.isArray(add) && add.includes("CAP_SYS_ADMIN") ? ["allowPrivilegeEscalation"] : [];
}

/** Dropped after they were added, ALL would leave none. */
function ofCapabilities(_: Fields, { add }: Fields): string[] {
  return Array.isArray(add) && add.some((name) => String(name).toUpperCase() === "ALL") ? ["drop"] : [];
}

/** A profile's file goes with the type Localhost and with no other. */
function ofProfile(base: Fields, patch: Fields): string[] {
  if (says(patch, "type") && patch.type !== base.type) return ["localhostProfile"];
  return says(patch, "localhostProfile") && base.type !== "Localhost" ? ["type"] : [];
}

/** How a volume is mounted says nothing of how another one is, at the same path. */
function ofMount(base: Fields, patch: Fields): string[] {
  return says(patch, "name") && says(base, "name") && patch.name !== base.name
    ? Object.keys(base).filter((name) => name !== "mountPath")
    : [];
}

function says(fields: Fields, name: string): boolean {
  return Object.hasOwn(fields, name) && fields[name] !== undefined && fields[name] !== null;
}
