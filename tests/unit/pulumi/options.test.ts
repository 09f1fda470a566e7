import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import {
  componentOptions,
  type InitPodOptions,
  optionProblems,
  podOptions,
} from "../../../components/pulumi/options.ts";

const parent: pulumi.Resource = new pulumi.DependencyResource("urn:pulumi:dev::test::test:index:Outer::outer");
const hooks = { beforeDelete: [] };

test("what Pulumi hands down stays with the component, what it would ignore there goes to the Pod", () => {
  const ofComponent: InitPodOptions = {
    ...{ parent, dependsOn: [], providers: [], aliases: [{ name: "old" }], protect: false },
    ...{ retainOnDelete: true, deletedWith: parent, transformations: [], transforms: [], stateMigrations: [] },
  };
  const ofPod: InitPodOptions = {
    ...{ ignoreChanges: ["spec"], replaceOnChanges: ["metadata.labels"], replacementTrigger: 1, replaceWith: [parent] },
    ...{ deleteBeforeReplace: true, customTimeouts: { delete: "2m" }, hooks, hideDiffs: ["spec"] },
    ...{ additionalSecretOutputs: ["status"], import: "shop/web" },
  };
  const all = { ...ofComponent, ...ofPod };
  expect(componentOptions(all)).toEqual(ofComponent);
  expect(podOptions(all)).toEqual(ofPod);
  expect(optionProblems(all)).toEqual([]);
});

test("what can't be honoured is refused by name, with what to do instead", () => {
  const opts = { id: "a", urn: "urn", version: "4.0.0", pluginDownloadURL: "https://a", envVarMappings: { A: "B" } };
  const problems = optionProblems(opts);
  expect(problems.map(({ field }) => field)).toEqual(Object.keys(opts).map((name) => `opts.${name}`));
  for (const { fix } of problems) expect(fix).toMatch(/^(set|remove) it/);
  expect(componentOptions(opts)).toEqual({});
  expect(podOptions(opts)).toEqual({});
});

test.each(["dependson", "toString", "__proto", "ignoreChange"])("%s, no option of a resource, is refused", (name) => {
  const opts = { [name]: true } as InitPodOptions;
  expect(optionProblems(opts)).toEqual([{ field: `opts.${name}`, value: "", fix: expect.any(String) as string }]);
  expect(componentOptions(opts)).toEqual({});
});

test("an option that is given as undefined is none", () => {
  expect(optionProblems({ id: undefined, urn: undefined })).toEqual([]);
});
