import * as pulumi from "@pulumi/pulumi";
import type { Pod } from "../../cluster/pods";
import { handledLater } from "../../pulumi";
import { Hidden, hiddenIn, type Leaves, leavesOf, unknownLeaf } from "../../spec/applied";
import type { Change, OfService } from "../../spec/changes";
import { plainOf } from "../applied";
import type { Answer } from "./answer";

/** What the last `up` registered of an InitPod, as far as it is read here. */
export interface LastOutputs {
  podUid?: unknown;
  clusterUrl?: unknown;
  serviceSpec?: unknown;
}

/** The spec of a Service for the next run, which tells what changes: by path, without what is secret. */
export function keptSpec(spec: unknown): pulumi.Output<string> {
  return pulumi.output(handledLater(wantedLeaves(spec).then(({ known }) => JSON.stringify(Object.fromEntries(known)))));
}

/** What becomes of the Service of which `spec` is wanted; `newest` is the newest live Pod. */
export async function ofService(
  wanted: { spec: unknown; port: number | undefined },
  answer: Answer | undefined,
  last: LastOutputs,
  newest: Pod | undefined,
): Promise<OfService> {
  const hadOne = typeof last.clusterUrl === "string" && last.clusterUrl !== "";
  if (wanted.spec === undefined) return { kind: hadOne ? "notAskedFor" : "same" };
  if (answer === undefined) return { kind: "same" };
  if (answer.isMade) return hadOne ? { kind: "anew" } : { kind: "added", ports: String(wanted.port ?? "") };
  // After an `up` that failed, it is not known what was applied.
  if (newest !== undefined && newest.metadata.uid !== last.podUid) return { kind: "same" };
  const changes = changesOf(await wantedLeaves(wanted.spec), last.serviceSpec, answer.spec);
  return changes.length === 0 ? { kind: "same" } : { kind: "inPlace", changes };
}

interface WantedLeaves {
  known: ReadonlyMap<string, string>;
  all: ReadonlySet<string>;
}

async function wantedLeaves(spec: unknown): Promise<WantedLeaves> {
  const plain = await plainOf(spec, (secret) => new Hidden(secret));
  const hidden = hiddenIn(plain);
  const leaves = leavesOf(plain);
  const known = [...leaves].filter((leaf): leaf is [string, string] => leaf[1] !== unknownLeaf && !hidden.has(leaf[0]));
  return { known: new Map(known), all: new Set(leaves.keys()) };
}

/** As far as the answer bears them out: a transformation of the program, or `--target` of something else, may undo them. */
function changesOf({ known, all }: WantedLeaves, kept: unknown, answered: unknown): Change[] {
  if (typeof kept !== "string" || kept === "") return [];
  const before = new Map(Object.entries(JSON.parse(kept) as Record<string, string>));
  const after: Leaves | undefined = answered === undefined ? undefined : leavesOf(answered);
  const changed = [...known].flatMap(([path, value]): Change[] => {
    const old = before.get(path);
    if (old === value || (after !== undefined && after.get(path) !== value)) return [];
    const to = textOf(value);
    return [old === undefined ? { path, how: "added", to } : { path, how: "changed", from: textOf(old), to }];
  });
  const gone = [...before.keys()].filter((path) => !all.has(path) && after?.has(path) !== true);
  return [...changed, ...gone.map((path): Change => ({ path, how: "gone" }))];
}

function textOf(json: string): string {
  return String(JSON.parse(json));
}
