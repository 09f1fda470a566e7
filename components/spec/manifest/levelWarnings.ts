import { type InitPodArgs, Security } from "..";
import { standardOf, type Violation, violations } from "../podSecurity";
import { shownValue } from "../values";

/**
 * What is to be said where the finished Pod breaks the Pod Security Standard that `security` promises, which only the
 * user's own Kubernetes fields can do. Each says who has which field, and which level allows it.
 */
export function levelWarnings(
  { security = Security.Restricted, annotations }: Pick<InitPodArgs, "security" | "annotations">,
  spec: unknown,
): string[] {
  const broken = violations({ spec, annotations }, standardOf(security));
  // What several containers have alike is told once.
  const firsts = broken.filter((one, index) => broken.findIndex((other) => keyOf(other) === keyOf(one)) === index);
  return firsts.map((first) =>
    warningOf(
      first,
      broken.filter((one) => keyOf(one) === keyOf(first)).flatMap(({ container }) => container ?? []),
      security,
    ),
  );
}

function keyOf({ control, container, field, value }: Violation): string {
  return JSON.stringify([control, container === undefined, field, shownValue(value)]);
}

function warningOf(
  { control, standard, field, value, allowedBy }: Violation,
  containers: readonly string[],
  security: Security,
): string {
  const names = containers.map((name) => `"${name}"`).join(" and ");
  const who =
    names === "" ? "The Pod has" : containers.length === 1 ? `Container ${names} has` : `Containers ${names} have`;
  const what = value === undefined ? `no ${field}` : `${field} = ${shownValue(value)}`;
  const remedy = value === undefined ? "Set it" : "Take it out";
  return (
    `${who} ${what}, against the Pod Security Standard "${standard}" (${control}), which security: "${security}" is to keep: ` +
    `a namespace that enforces it refuses the Pod. ${remedy}, or say security: "${allowedBy}", which allows that.`
  );
}
