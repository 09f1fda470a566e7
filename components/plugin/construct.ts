import type * as pulumi from "@pulumi/pulumi";
import type { ConstructResult } from "@pulumi/pulumi/provider";
import { InitPod } from "../index";
import { optionsAsGiven } from "./options";
import schema from "./schema.json";
import { withStrayErrors } from "./strayErrors";

const token = "init-pod:index:InitPod";
const outputs = Object.keys(schema.resources[token].properties) as (keyof InitPod)[];

/** Makes an InitPod of a program in another language. */
export async function construct(
  name: string,
  type: string,
  inputs: pulumi.Inputs,
  options: pulumi.ComponentResourceOptions,
): Promise<ConstructResult> {
  if (type !== token) throw new Error(`init-pod makes ${token} alone, no ${type}`);
  return await withStrayErrors(async () => {
    const made = new InitPod(name, inputs as ConstructorParameters<typeof InitPod>[1], optionsAsGiven(options));
    return { urn: made.urn, state: Object.fromEntries(outputs.map((output) => [output, made[output]])) };
  });
}
