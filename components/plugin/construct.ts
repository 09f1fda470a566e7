import type * as pulumi from "@pulumi/pulumi";
import type { ConstructResult } from "@pulumi/pulumi/provider";
import { InitPod } from "../index";
import { partsOf } from "../pulumi";
import { inFlight } from "./inFlight";
import { leftOut } from "./leftOut";
import { optionsAsGiven } from "./options";
import schema from "./schema.json";
import { sdkStore } from "./sdkStore";

/** What other languages get of an InitPod. */
type Output = keyof (typeof schema.resources)["init-pod:index:InitPod"]["properties"];

const token = "init-pod:index:InitPod";
const outputs = Object.entries(schema.resources[token].properties) as [Output, { type: string }][];

/** Makes an InitPod of a program in another language, and answers once its Pod is Ready. */
export async function construct(
  name: string,
  type: string,
  inputs: pulumi.Inputs,
  options: pulumi.ComponentResourceOptions,
): Promise<ConstructResult> {
  if (type !== token) throw new Error(`init-pod has ${token} alone, no ${type}`);
  let urn: pulumi.Input<string> = "";
  const state = await inFlight(async () => {
    const given = optionsAsGiven({ ...leftOut(options), ...options });
    const made = new InitPod(name, inputs as ConstructorParameters<typeof InitPod>[1], given);
    urn = made.urn;
    const told = Object.fromEntries(outputs.map(([output]) => [output, made[output]]));
    await Promise.all(Object.values(told).map((output: pulumi.Output<unknown>) => partsOf(output).promise(true)));
    return told;
  });
  if (state !== undefined) return { urn, state };
  // The SDK would wait for what the InitPod still waits for.
  sdkStore().settings.rpcDone = Promise.resolve();
  return { urn, state: nothing };
}

/** As the program may still look at them: of their types, without a value. */
const nothing = Object.fromEntries(outputs.map(([output, { type }]) => [output, type === "array" ? [] : ""]));
