import * as pulumi from "@pulumi/pulumi";
import { rawOf, urnOf } from "./known";
import { withoutStacks } from "./withoutStacks";

/**
 * What a component registered as its outputs in the last `up` that came so far, secret or not: the engine keeps it until
 * the component registers others, and hands it out as it does for references to resources. Nothing under mocks.
 * Source: https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/builtins.go
 */
export async function registeredOutputs(component: pulumi.ComponentResource): Promise<Record<string, unknown>> {
  if (pulumi.runtime.getEngine() === undefined) return {};
  const urn = await urnOf(component);
  const asked = withoutStacks(() => pulumi.runtime.invoke("pulumi:pulumi:getResource", { urn }));
  try {
    const { state = {} } = (await asked) as { state?: Record<string, unknown> };
    return await rawOf(pulumi.output(state));
  } catch (error) {
    // With --target, the engine knows nothing of what it does not make.
    if (String(error).includes("unknown resource")) return {};
    throw error;
  }
}
