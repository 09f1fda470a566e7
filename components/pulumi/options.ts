import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../spec/values";

/** Resource options of an InitPod: those of every Pulumi component, and what makes sense for its Pod. */
export interface InitPodOptions extends pulumi.ComponentResourceOptions {
  /**
   * Whether the old Pod is deleted before a new one is made, as a `hostPort` or a volume that one Pod alone may mount takes.
   * Nothing serves meanwhile. Default: false.
   */
  deleteBeforeReplace?: boolean;
  /** Outputs of the Pod that are kept as secrets. */
  additionalSecretOutputs?: string[];
  /** `NAMESPACE/NAME` of a Pod that exists and is taken over as it is; its fields must be those of the arguments. */
  import?: string;
}

/**
 * - `component`: Pulumi's own business, and where it means something for the Pod, Pulumi hands it down to children.
 * - `pod`: Pulumi ignores it on a component, or applies it to the component, which never changes; so the Pod alone has it.
 * - Else it is refused, and this is what to do instead.
 */
type Handling = "component" | "pod" | { readonly instead: string };

type Option = keyof pulumi.ComponentResourceOptions | keyof pulumi.CustomResourceOptions;

/** Every option that the SDK has: a new one fails the type check until it is decided upon. */
const handling = {
  parent: "component",
  provider: "component",
  providers: "component",
  dependsOn: "component",
  aliases: "component",
  protect: "component",
  retainOnDelete: "component",
  deletedWith: "component",
  transformations: "component",
  transforms: "component",
  stateMigrations: "component",
  ignoreChanges: "pod",
  replaceOnChanges: "pod",
  replacementTrigger: "pod",
  replaceWith: "pod",
  deleteBeforeReplace: "pod",
  customTimeouts: "pod",
  hooks: "pod",
  hideDiffs: "pod",
  additionalSecretOutputs: "pod",
  import: "pod",
  id: { instead: "remove it: an InitPod is made, not read; a Pod that exists is read by k8s.core.v1.Pod.get" },
  urn: { instead: "remove it: an InitPod is made, not read; take its outputs by a pulumi.StackReference" },
  version: { instead: "set it on a k8s.Provider, and give that as provider" },
  pluginDownloadURL: { instead: "set it on a k8s.Provider, and give that as provider" },
  envVarMappings: { instead: "set it on a k8s.Provider, and give that as provider" },
} as const satisfies Record<Option, Handling>;

type PodOption = { [Key in Option]: (typeof handling)[Key] extends "pod" ? Key : never }[Option];

/** The options that the Pod is given. */
export interface PodOptions extends Omit<Pick<pulumi.CustomResourceOptions, PodOption>, "replacementTrigger"> {
  replacementTrigger?: pulumi.Input<unknown>;
}

/** The options that the component is registered with. */
export function componentOptions(opts: InitPodOptions): pulumi.ComponentResourceOptions {
  return only(opts, "component");
}

/** The options that Pulumi does not hand down, and that mean something for the Pod. */
export function podOptions(opts: InitPodOptions): PodOptions {
  return only(opts, "pod");
}

/** What can't be honoured is refused: an option without effect would only be noticed when it is needed. */
export function optionProblems(opts: InitPodOptions): Problem[] {
  return givenNames(opts).flatMap((name): Problem[] => {
    const how: Handling | undefined = handlingOf(name);
    if (how === undefined) return [{ field: `opts.${name}`, value: "", fix: "is no option of a resource; remove it" }];
    return typeof how === "string" ? [] : [{ field: `opts.${name}`, value: "", fix: how.instead }];
  });
}

function only(opts: InitPodOptions, wanted: "component" | "pod"): object {
  return Object.fromEntries(
    givenNames(opts)
      .filter((name) => handlingOf(name) === wanted)
      .map((name) => [name, opts[name as keyof InitPodOptions]]),
  );
}

function givenNames(opts: InitPodOptions): string[] {
  return Object.keys(opts).filter((name) => opts[name as keyof InitPodOptions] !== undefined);
}

function handlingOf(name: string): Handling | undefined {
  return Object.hasOwn(handling, name) ? handling[name as Option] : undefined;
}
