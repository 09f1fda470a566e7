import * as pulumi from "@pulumi/pulumi";
import { handledLater, rawOf, urnOf } from "./known";
import { withoutStacks } from "./withoutStacks";

const asked = new WeakMap<pulumi.ComponentResource, Promise<Record<string, unknown>>>();

/**
 * What a component registered as its outputs in the last `up` that came so far, secret or not: the engine keeps it until
 * the component registers others, and hands it out as it does for references to resources. It is asked once. Nothing under mocks.
 * Source: https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/builtins.go
 */
export function registeredOutputs(component: pulumi.ComponentResource): Promise<Record<string, unknown>> {
  const known = asked.get(component) ?? handledLater(ask(component));
  asked.set(component, known);
  return known;
}

async function ask(component: pulumi.ComponentResource): Promise<Record<string, unknown>> {
  if (pulumi.runtime.getEngine() === undefined) return {};
  const urn = await urnOf(component);
  const answer = withoutStacks(() => pulumi.runtime.invoke("pulumi:pulumi:getResource", { urn }));
  try {
    const { state = {} } = (await answer) as { state?: Record<string, unknown> };
    return await rawOf(pulumi.output(state));
  } catch (error) {
    // With --target, the engine knows nothing of what it does not make.
    if (String(error).includes("unknown resource")) return {};
    throw error;
  }
}
