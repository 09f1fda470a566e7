import { type Check, isPlain } from "./checked";

/**
 * Most bytes of one argument or of one NAME=VALUE of a process on Linux, without the NUL at its end: MAX_ARG_STRLEN, 32
 * pages of 4 KiB. All of them together may have 2 MiB, which is more than Kubernetes stores of a Pod.
 * Source: https://man7.org/linux/man-pages/man2/execve.2.html
 */
const longestArgument = 32 * 4096 - 1;

const wayOut = "put it into a ConfigMap and mount that (volumes), or fetch it by a download step";

/** The size of a text as Kubernetes, etcd and Linux count it. */
export function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

/** A number of bytes for people: 131,071. */
export function shownBytes(bytes: number): string {
  return `${bytes.toLocaleString("en-US")} bytes`;
}

/** Whether a text is short enough for an argument of a process. What is no text is for other checks. */
export const argumentSize: Check = (value) =>
  typeof value === "string" ? sizeProblem(bytesOf(value), "an argument of a process") : undefined;

/** Whether a text is short enough for the environment variable `name`. */
export function variableSize(name: string): Check {
  return (value) =>
    typeof value === "string"
      ? sizeProblem(bytesOf(`${name}=${value}`), "an environment variable with its name")
      : undefined;
}

function sizeProblem(bytes: number, what: string): string | undefined {
  return bytes <= longestArgument
    ? undefined
    : `is too long: ${what} has at most ${shownBytes(longestArgument)} on Linux, and this one ${shownBytes(bytes)}; ${wayOut}`;
}

/** Several checks as one: the first problem counts. */
export function allOf(...checks: readonly Check[]): Check {
  return (value) => {
    for (const check of checks) {
      const fix = check(value);
      if (fix !== undefined) return fix;
    }
    return undefined;
  };
}

/**
 * A Kubernetes Container with each argument and each variable's value as `map` makes it, which is told the field and the
 * check of its size; also those of its probes and lifecycle hooks.
 */
export function mapArguments(
  container: unknown,
  field: string,
  map: (value: unknown, field: string, check: Check) => unknown,
): unknown {
  if (!isMap(container)) return container;
  return Object.fromEntries(
    Object.entries(container).map(([name, inner]) => {
      const at = `${field}.${name}`;
      if ((name === "command" || name === "args") && Array.isArray(inner)) {
        return [name, inner.map((part: unknown, place) => map(part, `${at}[${place}]`, ofExpanded(argumentSize)))];
      }
      if (name === "env" && Array.isArray(inner)) {
        return [name, inner.map((variable: unknown) => mapVariable(variable, at, map))];
      }
      return [name, mapArguments(inner, at, map)];
    }),
  );
}

function mapVariable(variable: unknown, field: string, map: Parameters<typeof mapArguments>[2]): unknown {
  if (!isMap(variable) || !Object.hasOwn(variable, "value")) return variable;
  const name = String(variable.name);
  return { ...variable, value: map(variable.value, `${field}.${name}`, ofExpanded(variableSize(name))) };
}

/** Of a text in which Kubernetes expands $(NAME) to what isn't known here, and makes one $ of two. */
function ofExpanded(check: Check): Check {
  return (value) => {
    if (typeof value !== "string") return undefined;
    const reached = value.replaceAll("$$", "$");
    return value.replaceAll("$$", "").includes("$(") ? undefined : check(reached);
  };
}

function isMap(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || !isPlain(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
