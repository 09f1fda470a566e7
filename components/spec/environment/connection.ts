import type { core } from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import { allOf, pemCertificates, type Problem, problemsInOptional, proxyUrl, shownUrl, variableSize } from "../values";
import type { EnvVar } from "./envVar";
import type { Leaves } from "./leaves";

/** How a step reaches and trusts a server. */
export interface Connection {
  ca?: pulumi.Input<string>;
  proxy?: pulumi.Input<string>;
}

/** Environment variables by which a script is told. */
export const connectionVariables = { ca: "INIT_POD_CA", proxy: "INIT_POD_PROXY" } as const;

const caFolder = "/init-pod/ca";
const caKey = "ca.crt";

export function connectionProblems({ ca, proxy }: Connection, field: string): Problem[] {
  return [
    // A certificate is long, and its beginning says nothing.
    ...problemsInOptional(`${field}.ca`, ca, pemCertificates, () => ""),
    ...problemsInOptional(`${field}.proxy`, proxy, proxyUrl, shownUrl),
  ];
}

export function connectionEnvironment({ ca, proxy }: Connection, field: string, { variable }: Leaves): EnvVar[] {
  const { ca: caName, proxy: proxyName } = connectionVariables;
  return [
    ...(ca === undefined ? [] : [{ name: caName, value: `${caFolder}/${caKey}` }]),
    ...(proxy === undefined
      ? []
      : [variable(proxyName, proxy, `${field}.proxy`, allOf(proxyUrl, variableSize(proxyName)))]),
  ];
}

/** The volume that has the certificates, as an environment variable may be too short for them. */
export function connectionVolumes(
  { ca }: Connection,
  field: string,
  { checked, keep }: Leaves,
): { suffix: string; mountPath: string; source: Omit<core.v1.Volume, "name"> }[] {
  if (ca === undefined) return [];
  const name = keep("ConfigMap", { [caKey]: checked(ca, `${field}.ca`, pemCertificates) });
  return [{ suffix: "ca", mountPath: caFolder, source: { configMap: { name } } }];
}
