import { describe, expect, test } from "vitest";
import type { Pod } from "../../../../components/cluster/pods/pod.ts";
import { ofPod, type PodFacts } from "../../../../components/stages/outlook/pod.ts";

const applied = "init-pod.dev/applied";
const ready = { conditions: [{ type: "Ready", status: "True" }] };
const newest: Pod = {
  metadata: { name: "web-1", namespace: "shop", uid: "1" },
  spec: { initContainers: [{ name: "fetch" }] },
  status: ready,
};
const label = { path: "labels.tier", how: "changed", from: "a", to: "b" } as const;
const image = { path: "containers[app].image", how: "changed" } as const;
const same = { spec: [], metadata: [], unknown: [], madeBy: "1.0.0", isMixed: false, isEdited: false };
const stays = { isMade: false, metadata: { name: "web-1", namespace: "shop", annotations: { [applied]: "new" } } };
const made = { isMade: true, metadata: { name: "web-2", namespace: "shop" } };

const facts: PodFacts = {
  isNew: false,
  earlier: [newest],
  newest,
  retry: undefined,
  changes: same,
  record: "new",
  steps: [{ name: "fetch", isSidecar: false }],
  answer: stays,
  deletedFirst: undefined,
  options: {},
  isProtected: false,
  version: "1.0.0",
};

describe("what becomes of a Pod", () => {
  test("is nothing where it stays and nothing changes, also of one that is taken over", () => {
    expect(ofPod(facts)).toEqual({ kind: "same" });
    expect(ofPod({ ...facts, isNew: true, newest: undefined, earlier: [], changes: undefined })).toEqual({
      kind: "same",
    });
  });

  test("is a change in place only where the engine takes it", () => {
    const changes = { ...same, metadata: [label] };
    expect(ofPod({ ...facts, changes })).toEqual({ kind: "inPlace", changes: [label] });
    const kept = { ...stays, metadata: { ...stays.metadata, annotations: { [applied]: "old" } } };
    expect(ofPod({ ...facts, changes, answer: kept })).toEqual({ kind: "same" });
  });

  test("is no new one where the engine keeps the old one, whatever is wanted", () => {
    const changes = { ...same, spec: [image] };
    const retry = { kind: "failed", pod: "web-1", what: "can't get Ready" } as const;
    expect(ofPod({ ...facts, changes, retry })).toEqual({ kind: "same" });
  });

  test("may be a new one where a value is known in `up` alone", () => {
    const changes = { ...same, unknown: ["hostname"] };
    expect(ofPod({ ...facts, changes })).toMatchObject({ kind: "mayStay", unknown: ["hostname"] });
    const reasons = [{ kind: "spec", changes: [{ path: "hostname", how: "unknown" }] }];
    expect(ofPod({ ...facts, changes, answer: made })).toMatchObject({ kind: "anew", reasons });
  });

  test("is a first one, or a new one for each reason that there is", () => {
    expect(ofPod({ ...facts, isNew: true, earlier: [], newest: undefined, answer: made })).toMatchObject({
      kind: "first",
    });
    const retry = { kind: "failed", pod: "web-1", what: "can't get Ready" } as const;
    const changes = { ...same, spec: [image], metadata: [label] };
    const answer = { ...made, metadata: { name: "web-2", namespace: "other" } };
    expect(ofPod({ ...facts, retry, changes, answer, version: "1.1.0" })).toMatchObject({
      kind: "anew",
      reasons: [retry, { kind: "moves", from: "shop", to: "other" }, { kind: "spec", changes: [image] }],
      besides: [label],
      versions: { was: "1.0.0", is: "1.1.0" },
    });
    expect(ofPod({ ...facts, changes: { ...same, isEdited: true }, answer: made })).toMatchObject({
      reasons: [{ kind: "editedByOthers" }],
    });
  });

  test("has reasons that are not known where its Pods may not be read", () => {
    const unread = { ...facts, earlier: undefined, newest: undefined, changes: undefined, answer: made };
    expect(ofPod(unread)).toMatchObject({ kind: "anew", reasons: undefined });
  });

  test("has a label for its reason only where the user has made it one", () => {
    const changes = { ...same, metadata: [label] };
    expect(ofPod({ ...facts, changes, answer: made })).toMatchObject({ reasons: [], besides: [label] });
    const options = { replaceOnChanges: ["metadata.labels"] };
    expect(ofPod({ ...facts, changes, answer: made, options })).toMatchObject({
      reasons: [{ kind: "metadata", changes: [label] }],
      besides: [],
    });
  });

  test("says which steps no Pod had before", () => {
    const steps = [...facts.steps, { name: "warm", isSidecar: false }];
    expect(ofPod({ ...facts, steps, answer: made })).toMatchObject({
      steps: [
        { name: "fetch", isNew: false },
        { name: "warm", isNew: true },
      ],
    });
  });

  test.each<[string, object, unknown]>([
    ["the old one serves", {}, { kind: "oldServes" }],
    ["one that has to go first", { deletedFirst: "asked" }, { kind: "deletedFirst", why: "asked" }],
    ["none is Ready", { earlier: [{ ...newest, status: {} }] }, { kind: "nothingServes" }],
    ["none is there", { earlier: [] }, undefined],
    ["it is not known which are there", { earlier: undefined }, undefined],
    ["the reason is not known, so that what it depends on may go first", { changes: same }, undefined],
  ])("says what serves meanwhile: %s", (_, more, meanwhile) => {
    const changes = { ...same, spec: [image] };
    expect(ofPod({ ...facts, changes, answer: made, ...more })).toHaveProperty("meanwhile", meanwhile);
  });
});
