import type { InitPodArgs } from "../../../components/spec/args.ts";
import { manifest } from "../../../components/spec/manifest/manifest.ts";

interface Mount {
  name: string;
  mountPath: string;
  readOnly?: boolean;
}
interface Container {
  name: string;
  image: string;
  env?: { name: string; value?: string }[];
  volumeMounts?: Mount[];
  securityContext?: object;
  readinessProbe?: object;
  [field: string]: unknown;
}
interface Spec {
  initContainers?: Container[];
  containers: [Container];
  volumes?: { name: string }[];
  securityContext?: object;
  [field: string]: unknown;
}

export const html = "/usr/share/nginx/html/index.html";
export const url = "https://example.com/";
export const container = { image: "app:1" };
export const run = { script: "true" };

export function spec(args: Partial<InitPodArgs>): Spec {
  return manifest({ container, ...args }).podSpec as unknown as Spec;
}

export function steps(args: Partial<InitPodArgs>): Container[] {
  return spec(args).initContainers ?? [];
}

/** Mounts as PATH:VOLUME, with ":ro" where it is read-only, without the scratch space. */
export function mounts({ volumeMounts = [] }: Container = { name: "", image: "" }): string[] {
  return volumeMounts
    .filter(({ mountPath }) => mountPath !== "/tmp")
    .map(({ name, mountPath, readOnly }) => `${mountPath}:${name}${readOnly === true ? ":ro" : ""}`);
}
