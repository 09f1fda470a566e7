import { appName, type InitPodArgs, planOf, Security, stepNames } from "..";
import { isRestricted } from "../podSecurity";
import { isPlain, type Problem, shownValue } from "../values";

/**
 * Containers that are told to run as root in a Pod that is told to run nothing as root: kubelet never starts one. It
 * counts what the container says itself, else what the Pod says; of both, podSpec has the last word.
 * Source: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#set-the-security-context-for-a-container
 */
export function nonRootProblems(args: InitPodArgs): Problem[] {
  const pod = podLayers(args);
  const rooted = containersOf(args).flatMap(({ layers }) => {
    const user = said("runAsUser", layers, pod);
    const nonRoot = said("runAsNonRoot", layers, pod);
    return user?.value === 0 && nonRoot?.value === true ? [{ user, nonRoot }] : [];
  });
  const fields = [...new Set(rooted.map(({ user }) => user.field))];
  return fields.map((field) => {
    const isDefault = rooted.every(({ nonRoot }) => nonRoot.field === defaultField);
    const beside = field.replace(/runAsUser$/, "runAsNonRoot");
    const fix = isDefault
      ? `is root, and by default no container may run as root; name another user, set ${beside} to false, or security ` +
        'to "baseline"'
      : `is root, which ${rooted[0]?.nonRoot.field ?? ""} forbids; name another user, or set ${beside} to false`;
    return { field, value: shownValue(0), fix };
  });
}

/** What stands at a place of the arguments: a SecurityContext, or nothing. */
interface Layer {
  readonly field: string;
  readonly context: unknown;
}

const defaultField = "security";

/** What is said of the Pod as a whole: in podSpec, and by default. */
function podLayers({ podSpec, security = Security.Restricted }: InitPodArgs): Layer[] {
  const byDefault = isRestricted(security) ? { runAsNonRoot: true } : {};
  return [
    { field: "podSpec.securityContext", context: mapOf(podSpec).securityContext },
    { field: defaultField, context: byDefault },
  ];
}

/** Each container with what is said of it: last in podSpec, before that in its own fields. */
function containersOf(args: InitPodArgs): { name: string; layers: Layer[] }[] {
  const { init = [], container } = args;
  const names = stepNames(args);
  const own = [
    ...init.map((step, at) => ({
      list: "initContainers",
      name: names[at] ?? "",
      field: `init[${at}].container`,
      raw: planOf(step)?.plan.raw,
      typed: [{ field: `init[${at}].securityContext`, context: step.securityContext }],
    })),
    { list: "containers", name: appName(container), field: "container.container", raw: container.container, typed: [] },
  ];
  const raw = ["initContainers", "containers"].flatMap((list) =>
    listOf(mapOf(args.podSpec)[list]).map((fields) => ({ list, fields: mapOf(fields) })),
  );
  const layerOf = (list: string, fields: Record<string, unknown>): Layer => ({
    field: `podSpec.${list}.${String(fields.name)}.securityContext`,
    context: fields.securityContext,
  });
  const known = own.map(({ list, name, field, raw: fields, typed }) => ({
    name,
    layers: [
      ...raw.filter((one) => one.list === list && one.fields.name === name).map((one) => layerOf(list, one.fields)),
      { field: `${field}.securityContext`, context: mapOf(fields).securityContext },
      ...typed,
    ],
  }));
  const added = raw
    .filter(({ list, fields }) => !own.some((one) => one.list === list && one.name === fields.name))
    .map(({ list, fields }) => ({ name: String(fields.name), layers: [layerOf(list, fields)] }));
  return [...known, ...added];
}

/** What counts of a field: null takes away what the layers below say, and an Output is not known yet. */
function said(
  name: string,
  container: readonly Layer[],
  pod: readonly Layer[],
): { field: string; value: unknown } | undefined {
  for (const layers of [container, pod]) {
    for (const { field, context } of layers) {
      if (context === null) break;
      if (context !== undefined && !isMap(context)) return undefined;
      const value = isMap(context) ? context[name] : undefined;
      if (value === null) break;
      if (value !== undefined) return { field: field === defaultField ? field : `${field}.${name}`, value };
    }
  }
  return undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function mapOf(value: unknown): Record<string, unknown> {
  return isMap(value) ? value : {};
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && isPlain(value);
}
