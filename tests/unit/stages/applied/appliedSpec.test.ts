import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { Pod } from "../../../../components/cluster/pods/pod.ts";
import { AppliedSpec } from "../../../../components/stages/applied/appliedSpec.ts";

const key = "0123456789abcdef";
const spec = { containers: [{ name: "app", image: "nginx:1", env: [{ name: "TOKEN", value: "hunter2" }] }] };
const signed = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

function appliedSpec(
  spec: unknown,
  record?: string,
  isRemade = false,
  ignoreChanges: string[] = [],
  deleteBeforeReplace?: boolean,
  hideDiffs?: string[],
): AppliedSpec {
  const annotations: Record<string, string> = record === undefined ? {} : { "init-pod.dev/applied": record };
  const newest: Pod = { metadata: { name: "web-1", namespace: "shop", uid: "1", generation: 1, annotations } };
  return new AppliedSpec(
    { spec, metadata: { annotations: { team: "a" } } },
    { newest, key, isRemade },
    { ignoreChanges, deleteBeforeReplace, hideDiffs },
  );
}

async function transformed(
  applied: AppliedSpec,
  props: Record<string, unknown>,
  opts: pulumi.CustomResourceOptions = {},
) {
  const made = await applied.transform({ custom: true, type: "kubernetes:core/v1:Pod", name: "web", props, opts });
  return made;
}

function resolved<T>(value: pulumi.Input<T>): Promise<T> {
  return new Promise((resolve) => {
    pulumi.output(value).apply((known) => {
      resolve(known as T);
    });
  });
}

const record = await appliedSpec(spec).record;
const metadata = { namespace: "shop", annotations: { "init-pod.dev/applied": record, team: "a" } };

describe("the transform of a Pod", () => {
  test("ignores changes of a spec that was applied, and edits nothing", async () => {
    const props = { metadata, spec };
    const result = await transformed(appliedSpec(spec, record), props, { ignoreChanges: ["metadata.labels"] });
    expect(result?.props).toBe(props);
    expect(result?.opts.ignoreChanges).toEqual(["metadata.labels", "spec"]);
  });

  test("sets no option that nobody has set", async () => {
    const filled = { deleteBeforeReplace: false, protect: false, retainOnDelete: false };
    const result = await transformed(appliedSpec(spec, record), { metadata, spec }, filled);
    expect(result?.opts).toMatchObject({
      deleteBeforeReplace: undefined,
      protect: undefined,
      retainOnDelete: undefined,
    });
    const set = { deleteBeforeReplace: true, protect: true, retainOnDelete: true };
    expect((await transformed(appliedSpec(spec, record), { metadata, spec }, set))?.opts).toMatchObject(set);
  });

  test.each([true, false])(
    "leaves deleteBeforeReplace as the user set it, unless a transform did: %s",
    async (given) => {
      const applied = appliedSpec(spec, record, false, [], given);
      for (const deleteBeforeReplace of [true, false]) {
        const result = await transformed(applied, { metadata, spec }, { deleteBeforeReplace });
        expect(result?.opts).toMatchObject({ deleteBeforeReplace });
      }
    },
  );

  test("keeps out of a change, of a first Pod and of one that is made anew in any case", async () => {
    const changed = { ...spec, hostUsers: false };
    expect(await transformed(appliedSpec(changed, record), { metadata, spec: changed })).toBeUndefined();
    expect(await transformed(appliedSpec(spec), { metadata, spec })).toBeUndefined();
    expect(await transformed(appliedSpec(spec, record, true), { metadata, spec })).toBeUndefined();
  });

  test.each<[string, string[], unknown]>([
    ["the whole spec", ["spec"], { containers: [] }],
    ["a field", ["spec.containers[0].image"], { containers: [{ ...spec.containers[0], image: "nginx:2" }] }],
    ["a field of each item", ["spec.containers[*].env"], { containers: [{ name: "app", image: "nginx:1", env: [] }] }],
  ])("takes no change for one that the user has ignored: %s", async (_what, ignoreChanges, wanted) => {
    const applied = appliedSpec(wanted, record, false, ignoreChanges);
    expect(await applied.record).toBe(record);
    expect((await applied.outcome()).changes).toMatchObject({ spec: [], metadata: [], unknown: [] });
    const result = await transformed(applied, { metadata, spec: wanted }, { ignoreChanges });
    expect(result?.opts.ignoreChanges).toEqual([...ignoreChanges, "spec"]);
    expect(result?.props.metadata).toBe(metadata);

    // Ignored no longer, it is a change.
    expect(await transformed(appliedSpec(wanted, record), { metadata, spec: wanted })).toBeUndefined();
  });

  test("notices what changes beside that", async () => {
    const wanted = { ...spec, hostUsers: false, containers: [{ ...spec.containers[0], image: "nginx:2" }] };
    const ignoreChanges = ["spec.containers[0].image"];
    const applied = appliedSpec(wanted, record, false, ignoreChanges);
    expect(await transformed(applied, { metadata, spec: wanted }, { ignoreChanges })).toBeUndefined();
    expect(await applied.record).not.toBe(record);
  });

  test.each([
    ["plain", (value: unknown) => value],
    ["a secret", (value: unknown) => ({ ...signed, value })],
    ["an Output", (value: unknown) => pulumi.output(value)],
    ["a secret Output", (value: unknown) => pulumi.secret(value)],
  ])("notices an edit by a transformation of the program, where inputs are %s", async (_, wrapped) => {
    const edited = { ...spec, hostUsers: false };
    const props = { metadata: wrapped(metadata), spec: wrapped(edited) };
    const result = await transformed(appliedSpec(spec, record), props);
    expect(result?.opts.ignoreChanges).toBeUndefined();
    const got = result?.props.metadata as Record<string, unknown>;
    const { annotations } = await resolved<typeof metadata>("value" in got ? (got.value as never) : (got as never));
    expect(annotations.team).toBe("a");
    expect(annotations["init-pod.dev/applied"]).not.toBe(record);

    // The next program of the same text finds what was applied.
    const next = await transformed(appliedSpec(spec, annotations["init-pod.dev/applied"]), props);
    expect(next?.opts.ignoreChanges).toEqual(["spec"]);
  });

  test.each([["spec"], ["spec.containers[0].image"], ["spec.containers[*].image"]])(
    "shows no value of what the user has hidden: %s",
    async (path) => {
      const wanted = { ...spec, containers: [{ ...spec.containers[0], image: "nginx:2" }] };
      const shown = await appliedSpec(wanted, record).outcome();
      expect(shown.changes?.spec).toMatchObject([{ path: "containers[app].image", to: "nginx:2" }]);
      const hidden = await appliedSpec(wanted, record, false, [], undefined, [path]).outcome();
      expect(hidden.changes?.spec).toEqual([{ path: "containers[app].image", how: "changed" }]);
    },
  );

  test("compares secrets and Outputs by their values, and gives none away", async () => {
    const wanted = {
      containers: [{ ...spec.containers[0], env: [{ name: "TOKEN", value: pulumi.secret("hunter2") }] }],
    };
    const applied = appliedSpec(wanted, record);
    expect((await transformed(applied, { metadata, spec: { ...signed, value: spec } }))?.opts.ignoreChanges).toEqual([
      "spec",
    ]);
    expect(await applied.record).not.toContain("hunter2");
  });
});
