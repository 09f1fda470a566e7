import { annotation } from "../../contract";
import { Hidden } from "../../spec/applied";

/** They follow from what else is recorded. */
const uncounted = new Set<string>([annotation.retry, annotation.applied]);
/** Of the provider's own. */
const ofPulumi = "pulumi.com/";

/** What counts of an object's metadata: its labels, and the annotations that are the user's, or say what the user wants. */
export function counted(metadata: unknown): unknown {
  return within(metadata, ({ labels, annotations }) => ({
    labels,
    annotations: within(annotations, (all) =>
      Object.fromEntries(Object.entries(all).filter(([name]) => !uncounted.has(name) && !name.startsWith(ofPulumi))),
    ),
  }));
}

/** Of what is no object, such as what is not known, itself. */
function within(value: unknown, edit: (fields: Record<string, unknown>) => unknown): unknown {
  if (value instanceof Hidden) return new Hidden(within(value.value, edit));
  return typeof value === "object" && value !== null ? edit(value as Record<string, unknown>) : value;
}
