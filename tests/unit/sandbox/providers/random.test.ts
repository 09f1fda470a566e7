import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../../sandbox/providers/json.ts";
import { RandomProvider } from "../../../../sandbox/providers/random/provider.ts";
import { isUnknown } from "../../../../sandbox/providers/wire.ts";

const provider = new RandomProvider("1.0.0");
const urnOf = (kind: string) => `urn:pulumi:dev::p::random:index/x:${kind}::name`;

async function make(kind: string, news: JsonObject, preview = false) {
  const urn = urnOf(kind);
  const checked = await provider.check({ urn, olds: {}, news, seed: new Uint8Array() });
  expect(checked.failures).toEqual([]);
  return provider.create({ urn, properties: checked.inputs, timeoutSeconds: 0, preview });
}

describe("the random stand-in", () => {
  test("an integer lies between its bounds, and a seed decides it", async () => {
    const { properties, id } = await make("RandomInteger", { min: 5, max: 7 });
    expect([5, 6, 7]).toContain(properties.result);
    expect(id).toBe(String(properties.result as number));
    const seeded = [
      await make("RandomInteger", { min: 0, max: 1e9, seed: "s" }),
      await make("RandomInteger", { min: 0, max: 1e9, seed: "s" }),
    ];
    expect(seeded[0]?.properties.result).toBe(seeded[1]?.properties.result);
  });

  test("a preview doesn't know the result", async () => {
    const { properties } = await make("RandomInteger", { min: 5, max: 7 }, true);
    expect(isUnknown(properties.result)).toBe(true);
  });

  test("a string has its length and only the allowed characters", async () => {
    const { properties } = await make("RandomString", { length: 40, special: false, upper: false });
    expect(properties.result).toMatch(/^[a-z0-9]{40}$/);
  });

  test("bytes come in every notation", async () => {
    const { properties } = await make("RandomId", { byteLength: 4 });
    expect(Buffer.from(properties.b64Url as string, "base64url").toString("hex")).toBe(properties.hex);
  });

  test("a pet has its words", async () => {
    expect((await make("RandomPet", { length: 3, prefix: "x" })).id).toMatch(/^x-\w+-\w+-\w+$/);
  });

  test("nothing changes by itself, and any change replaces", async () => {
    const urn = urnOf("RandomInteger");
    const news = { min: 1, max: 2, keepers: { a: "1" } };
    const { id, properties } = await make("RandomInteger", news);
    const diff = (changed: JsonObject) =>
      provider.diff({ id, urn, olds: properties, news: changed, ignoreChanges: [] });
    expect((await diff(news)).changes.size).toBe(0);
    const changes = (await diff({ ...news, keepers: { a: "2" } })).changes;
    expect([...changes]).toEqual([["keepers.a", { kind: "update", replace: true }]]);
  });

  test("bad arguments are named", async () => {
    const check = (news: JsonObject) =>
      provider.check({ urn: urnOf("RandomInteger"), olds: {}, news, seed: new Uint8Array() });
    expect((await check({ min: 1 })).failures?.map(({ property }) => property)).toEqual(["max"]);
    expect((await check({ min: 3, max: 1 })).failures).toHaveLength(1);
  });
});
