import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { clusterOutputs } from "../pulumi";

/**
 * Has the SDK rebuild a kubernetes provider that the program made, as the whole of @pulumi/kubernetes does where it is
 * loaded: it would otherwise be one that knows nothing of its cluster.
 */
export function rebuildKubernetesProviders(): void {
  pulumi.runtime.registerResourcePackage("kubernetes", {
    constructProvider: (name, _type, urn) => {
      const provider = new Provider(name, undefined, { urn });
      // In a preview, the SDK takes what the provider leaves out for unknown. The engine's record says what it has.
      const record = pulumi.output(pulumi.runtime.invoke("pulumi:pulumi:getResource", { urn })) as pulumi.Output<{
        state: Record<string, string | undefined>;
      }>;
      for (const key of clusterOutputs) {
        Object.defineProperty(provider, key, { value: record.apply(({ state }) => state[key]) });
      }
      return provider;
    },
  });
}
