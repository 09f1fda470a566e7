import * as pulumi from "@pulumi/pulumi";
import type { Pod } from "../../cluster/pods";
import { annotation } from "../../contract";
import { packageVersion } from "../../forward/state";
import { isSecretMark, type PodOptions } from "../../pulumi";
import { Hidden, hiddenIn, ignoring, type Leaves, leavesOf, type Recorded } from "../../spec/applied";
import type { Change, Step } from "../../spec/changes";
import { changesOf, type PodChanges, stepsOf } from "./changes";
import { decide, type Decision } from "./decision";
import { counted } from "./metadata";
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
  /** Whether the program has the old Pod deleted first, as far as transformations that edit the Pod tell. */
  isDeletedFirst: boolean;
  readonly #planned: Promise<Decided>;
  /** As transformations leave it, where they edit it. */
  #edited: Decided | undefined;

  /** `given`: the user's own options of the Pod. */
  constructor(
    pod: PodParts,
    private readonly earlier: Earlier,
    private readonly given: Pick<PodOptions, "ignoreChanges" | "deleteBeforeReplace" | "hideDiffs"> = {},
  ) {
    this.isDeletedFirst = given.deleteBeforeReplace === true;
    this.#planned = this.#recordedOf(pod).then((wanted) => decided(wanted, earlier));
    // The spec is an input of the Pod's as well, which reports it.
    this.#planned.catch(() => undefined);
  }

  /** Annotation of the Pod that says what was applied. */
  get record(): Promise<string> {
    return this.#planned.then(
      ({ decision }) => decision.record,
      () => "",
    );
  }

  /** Whether it is the spec that was applied, so that its changes are to be ignored. */
  get isApplied(): Promise<boolean> {
    return this.#planned.then(
      ({ decision }) => decision.isApplied,
      () => false,
    );
  }

  /** What has come of it. Once the Pod is registered. */
  async outcome(): Promise<AppliedOutcome> {
    const { wanted, decision } = this.#edited ?? (await this.#planned);
    const { newest, key } = this.earlier;
    const changes = newest && changesOf(wanted, newest, key, decision.compared);
    return {
      record: decision.record,
      steps: stepsOf(wanted),
      changes: changes && this.#withoutIgnored(this.#withoutHidden(changes)),
    };
  }

  /** What an item was that is gone has no path any more by which it would be known to be hidden. */
  #withoutHidden(changes: PodChanges): PodChanges {
    if (this.#hiddenDiffs.length === 0) return changes;
    const withoutOld = (all: readonly Change[]): Change[] =>
      all.map((change) => (change.how === "gone" ? { path: change.path, how: change.how } : change));
    return { ...changes, spec: withoutOld(changes.spec), metadata: withoutOld(changes.metadata) };
  }

  /** Whoever has changes ignored knows that the Pod stays as it is; what is ignored counts as unknown. */
  #withoutIgnored(changes: PodChanges): PodChanges {
    if (this.#ignored.length === 0) return changes;
    return { ...changes, unknown: [], metadata: changes.metadata.filter(({ how }) => how !== "unknown") };
  }

  /** Of the Pod, where the program has transformations, which may have edited the spec. It comes after them. */
  readonly transform: pulumi.ResourceTransform = async ({ props, opts }) => {
    this.isDeletedFirst = (opts as pulumi.CustomResourceOptions).deleteBeforeReplace === true;
    const planned = await this.#planned;
    const inputs = props as { metadata?: unknown; spec?: unknown };
    const wanted = await this.#recordedOf(inputs);
    const isAsPlanned = isSame(wanted.spec, planned.wanted.spec) && isSame(wanted.metadata, planned.wanted.metadata);
    if (!isAsPlanned) this.#edited = decided(wanted, this.earlier);
    const { decision } = this.#edited ?? planned;
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

  /** Paths of the Pod of which the user wants no values shown. */
  get #hiddenDiffs(): readonly string[] {
    return this.given.hideDiffs ?? [];
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
  async #recordedOf({ spec, metadata }: PodParts): Promise<Recorded> {
    const found: Hidden[] = [];
    const hide = (secret: unknown): Hidden => {
      const hidden = new Hidden(secret);
      found.push(hidden);
      return hidden;
    };
    const [plainSpec, plainMetadata] = await Promise.all([plainOf(spec, hide), plainOf(metadata, hide)]);
    const rest = ignoring({ spec: plainSpec, metadata: plainMetadata }, this.#ignored);
    const [ofSpec, ofMetadata] = leavesIn(rest);
    const secret = found.length === 0 ? [] : hiddenInParts(rest);
    return { spec: ofSpec, metadata: ofMetadata, hidden: new Set([...secret, ...this.#hiddenByUser(rest)]) };
  }

  #hiddenByUser(parts: unknown): string[] {
    if (this.#hiddenDiffs.length === 0) return [];
    const shown = leavesIn(ignoring(parts, this.#hiddenDiffs));
    return leavesIn(parts).flatMap((leaves, at) =>
      [...leaves.keys()].filter((path) => shown[at]?.get(path) !== leaves.get(path)),
    );
  }
}

/** Of the spec, and of what counts of the metadata. */
function leavesIn(parts: unknown): [Leaves, Leaves] {
  const { spec, metadata } = parts as PodParts;
  return [leavesOf(spec), leavesOf(counted(metadata))];
}

function hiddenInParts(parts: unknown): string[] {
  const { spec, metadata } = parts as PodParts;
  return [...hiddenIn(spec), ...hiddenIn(counted(metadata))];
}

/** What of a Pod is applied. */
export interface AppliedOutcome {
  /** Annotation of the Pod that says so. */
  record: string;
  /** The init containers, in order. */
  steps: readonly Omit<Step, "isNew">[];
  /** How it differs from the newest live Pod; undefined where there is none. */
  changes: PodChanges | undefined;
}

/** A Pod as it is made, with what is known of its metadata. */
export interface PodParts {
  spec?: unknown;
  metadata?: unknown;
}

interface Decided {
  wanted: Recorded;
  decision: Decision;
}

function decided(wanted: Recorded, { newest, key, isRemade }: Earlier): Decided {
  const decision = decide(wanted, newest, key, packageVersion());
  return { wanted, decision: { ...decision, isApplied: decision.isApplied && !isRemade } };
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
