import type * as pulumi from "@pulumi/pulumi";

/**
 * A transform of an InitPod's Pod that comes after those of the InitPod. The engine runs the transforms of a resource
 * before those of its parent, so where the InitPod has any, the one of the Pod must be the last of them.
 * Source: https://www.pulumi.com/docs/iac/concepts/resources/options/transforms/
 */
export class LastTransform {
  #transform: pulumi.ResourceTransform | undefined;

  private constructor(private readonly podName: string | undefined) {}

  /** Options of the InitPod that lead to it, where it must be one of the InitPod's. */
  static of(
    name: string,
    opts: pulumi.ComponentResourceOptions,
  ): { lastTransform: LastTransform; opts: pulumi.ComponentResourceOptions } {
    const { transforms = [] } = opts;
    if (transforms.length === 0) return { lastTransform: new LastTransform(undefined), opts };
    const lastTransform = new LastTransform(name);
    return { lastTransform, opts: { ...opts, transforms: [...transforms, lastTransform.#ofInitPod] } };
  }

  /** Transforms of the Pod itself, so that it is transformed by `transform`. */
  ofPod(transform: pulumi.ResourceTransform): pulumi.ResourceTransform[] {
    if (this.podName === undefined) return [transform];
    this.#transform = transform;
    return [];
  }

  readonly #ofInitPod: pulumi.ResourceTransform = (args) =>
    args.type === podType && args.name === this.podName ? this.#transform?.(args) : undefined;
}

const podType = "kubernetes:core/v1:Pod";
