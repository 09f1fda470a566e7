import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { unknownLeaf } from "../../../../components/spec/applied";
import { plainOf } from "../../../../components/stages/applied/plain.ts";

test("what is plain stays the very same", async () => {
  const spec = { containers: [{ name: "app", env: [{ name: "A", value: null }], tty: false }], nodeName: undefined };
  expect(await plainOf(spec)).toBe(spec);
});

test("what is not is known, wherever it stands", async () => {
  const unknown = pulumi.unknown as unknown as string;
  // As a transform is given a secret.
  const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: ["b"] };
  const given = { list: [pulumi.output("a"), { deep: secret }, Promise.resolve({ of: pulumi.secret(1) })], unknown };
  expect(await plainOf(given)).toEqual({ list: ["a", { deep: ["b"] }, { of: 1 }], unknown: unknownLeaf });
});
