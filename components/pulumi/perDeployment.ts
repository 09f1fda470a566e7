import * as pulumi from "@pulumi/pulumi";

/** Where none runs. */
const none = {};

/**
 * Makes a thing once for each deployment: each preview and each update. One process runs several, one after the other or
 * side by side, where it drives stacks by the Automation API, and nothing that one of them learnt holds for the next.
 * Source: https://www.pulumi.com/docs/iac/automation-api/
 */
export function perDeployment<T>(make: () => T): () => T {
  const made = new WeakMap<object, { thing: T }>();
  return () => {
    // Each deployment has a connection to the engine of its own.
    const deployment: object = pulumi.runtime.getMonitor() ?? none;
    const known = made.get(deployment) ?? { thing: make() };
    made.set(deployment, known);
    return known.thing;
  };
}
