import type { StepPlan } from "./plan";

/** The plan of a step that is a Kubernetes Container as it is. */
export function container(value: Readonly<Record<string, unknown>>): StepPlan {
  return {
    name: typeof value.name === "string" ? value.name : undefined,
    image: typeof value.image === "string" ? value.image : undefined,
    canBeSidecar: true,
    writes: [],
    variables: [],
    secrets: {},
    problems: (field) => [
      ...(value.name !== undefined && typeof value.name !== "string"
        ? [
            {
              field: `${field}.name`,
              value: "",
              fix: "must be a plain string: it names the container in logs and errors",
            },
          ]
        : []),
    ],
    container: () => ({}),
    raw: value,
  };
}
