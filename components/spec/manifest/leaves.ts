import * as pulumi from "@pulumi/pulumi";
import { type InitPodArgs, MountIn, type Volume } from "..";
import { escapeExpansion, type Leaves, secretVariable } from "../environment";
import { appGrants, type Grant, leakProblem, mountedKeys } from "../validation";
import { checked, type Fail, isPlain, objectName, problemLine, secretKey } from "../values";
import { generatedSecret, nothingOutside, OwnObjects, suffixOf } from "./objects";

/** The leaves, with those that only the manifest has. */
export interface ManifestLeaves extends Leaves {
  /** A volume; if only steps mount it and it is a Secret, the app must not see this. */
  readonly volume: (volume: Volume, field: string) => Volume;
  /** The same for the container of this name. */
  readonly in: (container: string) => Leaves;
}

/**
 * The way of leaves from the arguments to the manifest; `fail` makes the error of one that resolves to a bad value, and
 * `objects` has what is kept in objects of the InitPod's own.
 */
export function leavesOf(
  args: InitPodArgs,
  fail: Fail,
  objects: OwnObjects = new OwnObjects(nothingOutside),
): ManifestLeaves {
  const toApp = appGrants(args);
  const pass: Leaves["checked"] = (input, field, check) => checked(input, field, check, fail);

  // Only where a name is not known yet, so that the others stay known in a preview.
  const keptFromApp = (name: pulumi.Input<string>, grant: Grant): pulumi.Input<string> =>
    [grant, ...toApp].every(isKnown)
      ? name
      : pulumi.all([name, pulumi.output(toApp), pulumi.output(grant)]).apply(([known, others, toStep]) => {
          const problem = leakProblem(toStep, others);
          if (problem !== undefined) throw fail(problemLine(problem));
          return known;
        });

  const reference: Leaves["secretKey"] = ({ secret, key }, field) => ({
    secret:
      secret === undefined ? objects.outside.nameOf(generatedSecret) : pass(secret, `${field}.secret`, objectName),
    key: pass(key, `${field}.key`, secretKey),
  });

  const { isSecret } = objects.outside;
  const ofContainer = (container: string): Pick<Leaves, "variable" | "keep"> => ({
    variable: (name, value, field, check) => {
      const text = pass(value, field, check);
      return isSecret(value)
        ? secretVariable(name, objects.keepVariable(container, name, text))
        : { name, value: escapeExpansion(text) };
    },
    keep: (kind, texts) => objects.keep({ kind, suffix: suffixOf(container), texts }),
  });

  const leaves: Omit<ManifestLeaves, "in"> = {
    checked: pass,
    isSecret,
    secretKey: reference,
    ...ofContainer(""),
    secret: (from, field) => {
      const { secret, key } = reference(from, field);
      // Of what is generated, the names are plain, and were compared before.
      if (from.secret === undefined) return { secret, key };
      return { secret: keptFromApp(secret, { secret, key, field }), key };
    },
    volume: (volume, field) => {
      if (volume.secret === undefined || volume.mountIn !== MountIn.Init) return volume;
      const secret = pass(volume.secret, `${field}.secret`, objectName);
      const grants = mountedKeys({ ...volume, secret }, field);
      return { ...volume, secret: grants.reduce<pulumi.Input<string>>(keptFromApp, secret) };
    },
  };
  return { ...leaves, in: (container) => ({ ...leaves, ...ofContainer(container) }) };
}

function isKnown({ secret, key }: Grant): boolean {
  return isPlain(secret) && isPlain(key);
}
