import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { optionsAsGiven } from "../../../components/plugin/options.ts";

/** As the SDK hands them on for a program that gave none. */
const none = {
  aliases: [],
  dependsOn: [],
  protect: false,
  providers: {},
  parent: undefined,
  ignoreChanges: [],
  replaceOnChanges: [],
  customTimeouts: undefined,
  retainOnDelete: false,
  hooks: { beforeCreate: [], onError: [] },
};

test("options that the program did not give are none, as in a program", () => {
  expect(optionsAsGiven(none)).toEqual({});
  expect(optionsAsGiven({ ...none, customTimeouts: { create: "", update: "", delete: "" } })).toEqual({});
});

test("options that the program gave stay as they are", () => {
  const parent = new pulumi.DependencyResource("urn:pulumi:s::p::t:a:B::parent");
  const given = { protect: true, parent, ignoreChanges: ["spec"], aliases: [{ name: "old" }], dependsOn: [parent] };
  expect(optionsAsGiven({ ...none, ...given })).toEqual(given);
});

test("of timeouts, those that the program gave are there, the one of delete too", () => {
  const customTimeouts = { create: "90s", update: "", pb_delete: "45s", read: "" };
  expect(optionsAsGiven({ ...none, customTimeouts })).toEqual({ customTimeouts: { create: "90s", delete: "45s" } });
});

test("the resource with which all is deleted is the one that the program named", async () => {
  const urn = "urn:pulumi:s::p::kubernetes:core/v1:Namespace::shop";
  // As the SDK makes it of the URN.
  const { deletedWith } = optionsAsGiven({ deletedWith: new pulumi.DependencyProviderResource(urn) });
  const whole = await new Promise((resolve) => deletedWith?.urn.apply(resolve));
  expect(whole).toBe(urn);
});
