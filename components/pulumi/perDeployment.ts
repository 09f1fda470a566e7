import * as pulumi from "@pulumi/pulumi";
import * as state from "@pulumi/pulumi/runtime/state";

/**
 * Makes a thing once for each deployment: each preview and each update. One process runs several, one after the other or
 * side by side, where it drives stacks by the Automation API, and nothing that one of them learnt holds for the next.
 * Source: https://www.pulumi.com/docs/iac/automation-api/
 */
export function perDeployment<T>(make: () => T): () => T {
  const made = new WeakMap<object, { thing: T }>();
  return () => {
    const deployment = currentDeployment();
    const known = made.get(deployment) ?? { thing: make() };
    made.set(deployment, known);
    return known.thing;
  };
}

/** Where none runs. */
const none = {};

/** Of a plugin: it runs for one deployment, and has a connection to the engine for each InitPod. */
const ofPlugin = new Map<string, object>();

function currentDeployment(): object {
  const connection: object = pulumi.runtime.getMonitor() ?? none;
  const address = pulumi.runtime.getStackResource() === undefined ? engineAddress() : undefined;
  if (address === undefined) return connection;
  const deployment = ofPlugin.get(address) ?? connection;
  ofPlugin.set(address, deployment);
  return deployment;
}

/** What the SDK's types don't declare; undefined under mocks, which have no engine. */
function engineAddress(): string | undefined {
  const { getStore } = state as { getStore?: () => { settings: { options: Addresses } } };
  const { engineAddr, monitorAddr } = getStore?.().settings.options ?? {};
  return engineAddr ? monitorAddr : undefined;
}

interface Addresses {
  engineAddr?: string;
  /** Of the engine, for one deployment. */
  monitorAddr?: string;
}
