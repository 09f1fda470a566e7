import * as pulumi from "@pulumi/pulumi";
import type { Pod } from "../../cluster/pods";
import { annotation } from "../../contract";
import { packageVersion } from "../../forward/state";
import { isSecretMark, type PodOptions } from "../../pulumi";
import { ignoring, type Leaves, leavesOf } from "../../spec/applied";
import { decide, type Decision, noticeOf } from "./decision";
import { plainOf } from "./plain";

/** What the newest Pod was made of, and what tells it. */
export interface Earlier {
  newest: Pod | undefined;
  /** Of the hashes in the Pod's annotation. */
  key: string;
  /** Whether the Pod is made anew in any case: the provider then shows more of it where changes are ignored. */
  isRemade: boolean;
}

/**
 * Keeps a Pod to which admission has added something from looking changed: the provider compares lists by position, so
 * a container put in front would replace the Pod each time. Where the spec is the one that was applied, its changes are
 * ignored; else the provider shows and makes them.
 */
export class AppliedSpec {
  readonly #decided: Promise<{ leaves: Leaves; decision: Decision; earlier: Earlier }>;

  /** `given`: the user's own options of the Pod. */
  constructor(
    spec: unknown,
    earlier: Earlier,
    private readonly given: Pick<PodOptions, "ignoreChanges" | "deleteBeforeReplace"> = {},
  ) {
    this.#decided = plainOf(spec).then((plain) => {
      const leaves = this.#leavesOf(plain);
      return { leaves, earlier, decision: decided(leaves, earlier) };
    });
    // The spec is an input of the Pod's as well, which reports it.
    this.#decided.catch(() => undefined);
  }

  /** Annotation of the Pod that says what was applied. */
  get record(): Promise<string> {
    return this.#decided.then(
      ({ decision }) => decision.record,
      () => "",
    );
  }

  /** What is to be said beside the change that the provider shows; undefined where that says all. */
  get notice(): Promise<string | undefined> {
    return this.#decided.then(
      // Whoever has changes ignored knows that the Pod stays as it is.
      ({ decision }) => (this.#ignored.length > 0 ? undefined : noticeOf(decision, packageVersion())),
      () => undefined,
    );
  }

  /** Whether it is the spec that was applied, so that its changes are to be ignored. */
  get isApplied(): Promise<boolean> {
    return this.#decided.then(
      ({ decision }) => decision.isApplied,
      () => false,
    );
  }

  /** Of the Pod, where the program has transformations, which may have edited the spec. It comes after them. */
  readonly transform: pulumi.ResourceTransform = async ({ props, opts }) => {
    const { leaves: planned, decision: first, earlier } = await this.#decided;
    const inputs = props as { metadata?: unknown; spec?: unknown };
    const leaves = this.#leavesOf(await plainOf(inputs.spec));
    const isAsPlanned = isSame(leaves, planned);
    const decision = isAsPlanned ? first : decided(leaves, earlier);
    if (isAsPlanned && !decision.isApplied) return undefined;
    return {
      props: isAsPlanned ? props : { ...props, metadata: annotated(inputs.metadata, decision.record) },
      opts: decision.isApplied
        ? { ...this.#asGiven(opts), ignoreChanges: [...(opts.ignoreChanges ?? []), "spec"] }
        : this.#asGiven(opts),
    };
  };

  /** Paths of the Pod whose changes the user has the engine ignore. */
  get #ignored(): readonly string[] {
    return this.given.ignoreChanges ?? [];
  }

  /**
   * The SDK fills in what nobody has set, and would send it as if somebody had. Of `protect` and `retainOnDelete`, the Pod
   * then has the InitPod's; `deleteBeforeReplace: false` overrides the provider, which deletes a Pod of a fixed name first.
   */
  #asGiven(opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
    const { deleteBeforeReplace, protect, retainOnDelete } = opts;
    return {
      ...opts,
      deleteBeforeReplace:
        deleteBeforeReplace === true || this.given.deleteBeforeReplace !== undefined ? deleteBeforeReplace : undefined,
      protect: protect === true ? true : undefined,
      retainOnDelete: retainOnDelete === true ? true : undefined,
    };
  }

  /** What is ignored makes no difference, and stands in no record, as it may not be applied. */
  #leavesOf(spec: unknown): Leaves {
    const { spec: counted } = ignoring({ spec }, this.#ignored) as { spec?: unknown };
    return leavesOf(counted);
  }
}

function decided(leaves: Leaves, { newest, key, isRemade }: Earlier): Decision {
  const decision = decide(leaves, newest, key, packageVersion());
  return { ...decision, isApplied: decision.isApplied && !isRemade };
}

function isSame(one: Leaves, other: Leaves): boolean {
  return one.size === other.size && [...one].every(([path, value]) => other.get(path) === value);
}

function annotated(metadata: unknown, record: string): unknown {
  return edited(metadata, (fields) => ({
    ...fields,
    annotations: edited(fields.annotations ?? {}, (all) => ({ ...all, [annotation.applied]: record })),
  }));
}

/** An object of a resource's inputs, edited: a transform gets it as it is, as a secret, or as an Output. */
function edited(input: unknown, edit: (fields: Record<string, unknown>) => unknown): unknown {
  if (pulumi.Output.isInstance(input)) return input.apply((known) => edited(known, edit));
  const fields = input as Record<string, unknown>;
  return isSecretMark(fields) ? { ...fields, value: edited(fields.value, edit) } : edit(fields);
}
