import * as pulumi from "@pulumi/pulumi";
import * as state from "@pulumi/pulumi/runtime/state";
import { expect, test } from "vitest";
import { perDeployment } from "../../../components/pulumi/perDeployment.ts";

async function deployment(): Promise<void> {
  const outputs = (given: pulumi.runtime.MockResourceArgs) => ({ id: given.name, state: given.inputs as object });
  await pulumi.runtime.setMocks({ newResource: outputs, call: () => ({}) });
}

test("what one deployment has learnt is the same for all its resources, and unknown to the next of the process", async () => {
  const learnt = perDeployment(() => new Set<string>());
  await deployment();
  learnt().add("a");
  expect([...learnt()]).toEqual(["a"]);
  await deployment();
  expect([...learnt()]).toEqual([]);
});

test("things made once for each deployment don't share it", async () => {
  const one = perDeployment(() => ({}));
  const other = perDeployment(() => ({}));
  await deployment();
  expect(one()).toBe(one());
  expect(one()).not.toBe(other());
});

test("in a plugin, all InitPods of a deployment share it, each with a connection of its own", async () => {
  interface Options {
    engineAddr?: string;
    monitorAddr?: string;
  }
  const { getStore } = state as unknown as { getStore: () => { settings: { options: Options } } };
  const learnt = perDeployment(() => new Set<string>());
  const connected = async (monitorAddr: string): Promise<void> => {
    await deployment();
    Object.assign(getStore().settings.options, { engineAddr: "127.0.0.1:1000", monitorAddr });
  };
  try {
    await connected("127.0.0.1:1001");
    learnt().add("a");
    await connected("127.0.0.1:1001");
    expect([...learnt()]).toEqual(["a"]);
    await connected("127.0.0.1:1002");
    expect([...learnt()]).toEqual([]);
  } finally {
    Object.assign(getStore().settings.options, { engineAddr: "", monitorAddr: "" });
  }
});
