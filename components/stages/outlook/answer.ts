import type { Pod, Service } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { knownOf, rawOf } from "../../pulumi";
import { plainOf } from "../applied";

/** What the engine and the provider answered of an object that a program has registered. */
export interface Answer {
  /** Whether it is made in this run. In a preview, what is still to be made has no id; its name and uid are known, and others than in `up`. */
  readonly isMade: boolean;
  /** Undefined where it is not known. */
  readonly metadata?: AnsweredMetadata;
  /** Undefined where it is not known. */
  readonly spec?: unknown;
}

/** Each field may be `unknownLeaf`, or missing. */
export type AnsweredMetadata = Partial<Record<"name" | "namespace" | "uid" | "labels" | "annotations", unknown>>;

/** Undefined where there is no such object, as of a new InitPod with `--target` of something else. */
export async function answerOf(object: Pod | Service): Promise<Answer | undefined> {
  const [id, metadata, spec] = await Promise.all([
    knownOf(object.id),
    rawOf<AnsweredMetadata | undefined>(object.metadata as pulumi.Output<AnsweredMetadata | undefined>),
    rawOf<unknown>(object.spec),
  ]);
  if (metadata === undefined) return undefined;
  const isMade = id === undefined;
  if (pulumi.isUnknown(metadata)) return { isMade };
  if (metadata.name === undefined) return undefined;
  return {
    isMade,
    metadata: (await plainOf(metadata)) as AnsweredMetadata,
    spec: pulumi.isUnknown(spec) ? undefined : await plainOf(spec),
  };
}
