import * as pulumi from "@pulumi/pulumi";
import * as state from "@pulumi/pulumi/runtime/state";
import { perDeployment } from "./perDeployment";

/**
 * Has `transform` edit the Pod of `component`, after all that the program has registered so far: the engine runs the
 * transforms of a resource first, then those of its parents, then those of the stack. Resolves to what is left to be
 * registered with the Pod itself: the transform, where the language host is too old for those of a stack.
 * Source: https://www.pulumi.com/docs/iac/concepts/resources/options/transforms/
 */
export async function transformLast(
  component: pulumi.ComponentResource,
  transform: pulumi.ResourceTransform,
): Promise<pulumi.ResourceTransform[]> {
  return (await transforms().add(await urnOf(component), transform)) ? [] : [transform];
}

/**
 * Whether resources of the program may be edited on their way to the engine. Where nothing does, nothing has to look at
 * them there, which costs a server in this process and a round trip for each.
 */
export function mayBeTransformed(component: pulumi.Resource): boolean {
  // The program is another process, and its transforms are not known here.
  if (pulumi.runtime.getStackResource() === undefined) return true;
  const { __transformations: older } = component as { __transformations?: unknown[] };
  return older?.length !== 0 || runsCallbacks();
}

/** What the SDK's types don't declare: there is a server as soon as one transform is registered. */
function runsCallbacks(): boolean {
  const { getStore } = state as { getStore?: () => { callbacks?: unknown } };
  return getStore === undefined || getStore().callbacks !== undefined;
}

class PodTransforms {
  readonly #byParent = new Map<string, pulumi.ResourceTransform>();
  #registered: Promise<boolean> | undefined;

  async add(parent: string, transform: pulumi.ResourceTransform): Promise<boolean> {
    this.#byParent.set(parent, transform);
    this.#registered ??= registerForStack(this.#ofPod);
    return await this.#registered;
  }

  readonly #ofPod: pulumi.ResourceTransform = async (args) => {
    const { parent } = args.opts;
    if (args.type !== podType || parent === undefined) return undefined;
    return await this.#byParent.get(await urnOf(parent))?.(args);
  };
}

/** As the SDK does, where a host that is too old for it ends the program. */
async function registerForStack(transform: pulumi.ResourceTransform): Promise<boolean> {
  const monitor = pulumi.runtime.getMonitor();
  const callback = await pulumi.runtime.getCallbacks()?.registerTransform(transform);
  if (monitor === undefined || callback === undefined) return false;
  return await new Promise((resolve) => {
    monitor.registerStackTransform(callback, (error) => {
      resolve(error === null);
    });
  });
}

const transforms = perDeployment(() => new PodTransforms());

const podType = "kubernetes:core/v1:Pod";

function urnOf(resource: pulumi.Resource): Promise<string> {
  return new Promise((resolve) => void resource.urn.apply(resolve));
}
