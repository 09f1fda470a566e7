import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { clusterOutputs } from "../pulumi";

/** The engine's record of a provider: of what it has, each field may be unknown in a preview. */
interface ProviderRecord {
  state: Partial<Record<string, unknown>>;
}

/**
 * Has the SDK rebuild a kubernetes provider that the program made, as the whole of @pulumi/kubernetes does where it is
 * loaded: it would otherwise be one that knows nothing of its cluster.
 */
export function rebuildKubernetesProviders(): void {
  pulumi.runtime.registerResourcePackage("kubernetes", {
    constructProvider: (name, _type, urn) => {
      const provider = new Provider(name, undefined, { urn });
      const record = pulumi.runtime.invoke("pulumi:pulumi:getResource", { urn }) as Promise<ProviderRecord>;
      for (const key of clusterOutputs) {
        // One by one: in a preview, what is unknown of one, or of a provider that is yet to be made, blanks no other.
        Object.defineProperty(provider, key, { value: pulumi.output(record.then(({ state }) => state[key])) });
      }
      return provider;
    },
  });
}
