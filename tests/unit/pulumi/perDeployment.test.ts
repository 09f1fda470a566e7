import * as pulumi from "@pulumi/pulumi";
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
