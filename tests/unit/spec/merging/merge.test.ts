import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { merge } from "../../../../components/spec/merging/merge.ts";
import { podSchema, type Schema } from "../../../../components/spec/merging/schema.ts";

const json = fc.dictionary(fc.string(), fc.jsonValue());

const nothing: Schema = { lists: {}, exclusive: {} };

/** What merging leaves of a value: null removes a field, also in what is new. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutNulls(inner)]));
}

describe("merge", () => {
  test("goes deep into maps", () => {
    const base = { securityContext: { runAsUser: 1, seccompProfile: { type: "RuntimeDefault" } } };

    const result = merge(base, { securityContext: { runAsUser: 2 } }, podSchema);

    expect(result).toEqual({ securityContext: { runAsUser: 2, seccompProfile: { type: "RuntimeDefault" } } });
  });

  test("merges containers by name and their env and mounts by name and path", () => {
    const base = {
      containers: [
        {
          name: "app",
          image: "a",
          env: [{ name: "A", value: "1" }],
          volumeMounts: [{ mountPath: "/x", name: "x", readOnly: true }],
        },
      ],
    };
    const patch = {
      containers: [
        {
          name: "app",
          env: [
            { name: "A", value: "2" },
            { name: "B", value: "3" },
          ],
          volumeMounts: [{ mountPath: "/x", readOnly: false }],
        },
        { name: "second", image: "b" },
      ],
    };

    expect(merge(base, patch, podSchema)).toEqual({
      containers: [
        {
          name: "app",
          image: "a",
          env: [
            { name: "A", value: "2" },
            { name: "B", value: "3" },
          ],
          volumeMounts: [{ mountPath: "/x", name: "x", readOnly: false }],
        },
        { name: "second", image: "b" },
      ],
    });
  });

  test("removes what is null, and a list's element by $patch", () => {
    const base = {
      volumes: [
        { name: "a", emptyDir: {} },
        { name: "b", emptyDir: {} },
      ],
      hostname: "x",
    };
    const patch = {
      volumes: [
        { name: "a", emptyDir: null, nfs: { path: "/" } },
        { name: "b", $patch: "delete" },
      ],
      hostname: null,
    };

    expect(merge(base, patch, podSchema)).toEqual({ volumes: [{ name: "a", nfs: { path: "/" } }] });
  });

  test("takes an Output as it is, never as a map", () => {
    const output = pulumi.output({ runAsUser: 1 });

    const result = merge({ securityContext: { runAsNonRoot: true } }, { securityContext: output }, podSchema);

    expect(result.securityContext).toBe(output);
  });

  test("does not let a field's name reach the prototype", () => {
    const patch = JSON.parse('{"__proto__": {"polluted": true}}') as Record<string, unknown>;

    merge({}, patch, podSchema);

    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test("changes neither argument", () => {
    fc.assert(
      fc.property(json, json, (base, patch) => {
        const before = structuredClone([base, patch]);
        merge(base, patch, podSchema);
        expect([base, patch]).toEqual(before);
      }),
    );
  });

  test("with nothing changes nothing", () => {
    fc.assert(
      fc.property(json, (base) => {
        expect(merge(base, {}, podSchema)).toEqual(base);
      }),
    );
  });

  test("says the same when it is done twice", () => {
    fc.assert(
      fc.property(json, json, (base, patch) => {
        const once = merge(base, patch, podSchema);
        expect(merge(once, patch, podSchema)).toEqual(once);
      }),
    );
  });

  test("over nothing is the patch without its nulls", () => {
    fc.assert(
      fc.property(json, (patch) => {
        expect(merge({}, patch, nothing)).toEqual(withoutNulls(patch));
      }),
    );
  });

  test("keeps the names in a keyed list unique", () => {
    const named = fc.uniqueArray(fc.record({ name: fc.constantFrom("a", "b", "c", "d"), value: fc.integer() }), {
      selector: ({ name }) => name,
    });
    fc.assert(
      fc.property(named, named, (base, patch) => {
        const { env } = merge({ env: base }, { env: patch }, podSchema) as { env: { name: string; value: number }[] };
        const expected = new Map([...base, ...patch].map(({ name, value }) => [name, value]));
        expect(env.map(({ name, value }) => [name, value])).toEqual([...expected]);
      }),
    );
  });
});
