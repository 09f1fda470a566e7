import { getVersion } from "@pulumi/kubernetes/utilities";
import * as pulumi from "@pulumi/pulumi";

let started = false;

/**
 * Has the engine start the kubernetes plugin now. It would do so by itself at the first object of the cluster, which waits
 * for other resources first. Any question starts it; this one decodes no YAML, and neither reads nor makes anything.
 *
 * To be called once the cluster has answered: of a silent one the plugin waits for a minute, and the program for the plugin.
 */
export function startPlugin(component: pulumi.Resource): void {
  // Where the program has a provider of its own, that one started it.
  const isDefault = component.getProvider("kubernetes:core/v1:Pod") === undefined;
  // Mocks have no plugin, and would be told of a call that no test expects.
  if (started || !isDefault || pulumi.runtime.getEngine() === undefined) return;
  started = true;
  // The same plugin as that of the objects, which are of this version. Where it can't be had, they say so.
  pulumi.runtime.invoke("kubernetes:yaml:decode", { text: "" }, { version: getVersion() }).catch(() => undefined);
}
