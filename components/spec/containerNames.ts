import type { AppContainer, InitPodArgs } from "./args";
import { planOf } from "./kinds";
import { namesOf } from "./names";

/** Name of the app container where the user gives it none. */
export const defaultAppName = "app";

/** Names of the init containers, in order: a step's own, else its kind as a DNS label, then kind-2, kind-3, … */
export function stepNames(args: InitPodArgs): string[] {
  const items = (args.init ?? []).map((step) => {
    const planned = planOf(step);
    return { name: step.name ?? planned?.plan.name, kind: label(planned?.kind ?? "step") };
  });
  return namesOf(items, [appName(args.container)]);
}

function label(kind: string): string {
  return kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Name of the app container: its own, else "app". */
export function appName(app: AppContainer): string {
  const raw: unknown = app.container?.name;
  return app.name ?? (typeof raw === "string" ? raw : defaultAppName);
}
