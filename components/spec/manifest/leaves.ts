import * as pulumi from "@pulumi/pulumi";
import { type InitPodArgs, MountIn, type Volume } from "..";
import { appGrants, type Grant, leakProblem, mountedKeys } from "../validation";
import { checked, type Fail, isPlain, type Leaves, objectName, problemLine, secretKey } from "../values";

/** The leaves, with those that only the manifest has. */
export interface ManifestLeaves extends Leaves {
  /** A volume; if only steps mount it and it is a Secret, the app must not see this. */
  readonly volume: (volume: Volume, field: string) => Volume;
}

/** The way of leaves from the arguments to the manifest; `fail` makes the error of one that resolves to a bad value. */
export function leavesOf(args: InitPodArgs, fail: Fail): ManifestLeaves {
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
    secret: pass(secret, `${field}.secret`, objectName),
    key: pass(key, `${field}.key`, secretKey),
  });

  return {
    checked: pass,
    secretKey: reference,
    secret: (from, field) => {
      const { secret, key } = reference(from, field);
      return { secret: keptFromApp(secret, { secret, key, field }), key };
    },
    volume: (volume, field) => {
      if (volume.secret === undefined || volume.mountIn !== MountIn.Init) return volume;
      const secret = pass(volume.secret, `${field}.secret`, objectName);
      const grants = mountedKeys({ ...volume, secret }, field);
      return { ...volume, secret: grants.reduce<pulumi.Input<string>>(keptFromApp, secret) };
    },
  };
}

function isKnown({ secret, key }: Grant): boolean {
  return isPlain(secret) && isPlain(key);
}
