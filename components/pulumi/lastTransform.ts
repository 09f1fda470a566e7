import * as pulumi from "@pulumi/pulumi";
import * as state from "@pulumi/pulumi/runtime/state";
import { urnOf } from "./known";
import { perDeployment } from "./perDeployment";

/**
 * A transform of an InitPod's Pod that comes after all that the program has registered so far. The engine runs the
 * transforms of a resource first, then those of its parents, then those of the stack.
 * Source: https://www.pulumi.com/docs/iac/concepts/resources/options/transforms/
 */
export class LastTransform {
  #transform: pulumi.ResourceTransform | undefined;

  private constructor(private readonly podName: string | undefined) {}

  /** Options of the InitPod that lead to it where it can't be one of the stack, and must be the last of the InitPod's. */
  static of(
    name: string,
    opts: pulumi.ComponentResourceOptions,
  ): { lastTransform: LastTransform; opts: pulumi.ComponentResourceOptions } {
    const { transforms = [] } = opts;
    if (transforms.length === 0) return { lastTransform: new LastTransform(undefined), opts };
    const lastTransform = new LastTransform(name);
    return { lastTransform, opts: { ...opts, transforms: [...transforms, lastTransform.#ofInitPod] } };
  }

  /** Resolves to what is left to be registered with the Pod itself, so that `transform` edits it. */
  async ofPod(
    component: pulumi.ComponentResource,
    transform: pulumi.ResourceTransform,
  ): Promise<pulumi.ResourceTransform[]> {
    if (await stackTransforms().add(await urnOf(component), transform)) return [];
    if (this.podName === undefined) return [transform];
    this.#transform = transform;
    return [];
  }

  readonly #ofInitPod: pulumi.ResourceTransform = (args) =>
    args.type === podType && args.name === this.podName ? this.#transform?.(args) : undefined;
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

/** One for all InitPods, as each one of a stack is asked about each resource. */
class StackTransforms {
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

/** False where the language host is too old for it. As the SDK does, for which such a host ends the program. */
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

const stackTransforms = perDeployment(() => new StackTransforms());

const podType = "kubernetes:core/v1:Pod";
