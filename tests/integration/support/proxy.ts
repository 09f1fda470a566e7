import { join } from "node:path";
import { answer, ApiProxy, type FlatKubeconfig } from "../../support/apiProxy/index.ts";
import { selfSigned } from "./certificate.ts";
import { kubectl } from "./stack.ts";

/** The kubeconfig of the cluster under test, as data. */
export async function adminConfig<T = FlatKubeconfig>(): Promise<T> {
  return JSON.parse(await kubectl(["config", "view", "--raw", "--minify", "--flatten", "-o", "json"])) as T;
}

/** A proxy before the cluster under test, and the file in `folder` with a kubeconfig that leads through it. */
export async function openProxy(folder: string, context?: string): Promise<{ proxy: ApiProxy; kubeconfig: string }> {
  // With TLS: others than we send no credentials without.
  const proxy = await ApiProxy.before(await adminConfig(), { own: await selfSigned(folder), context });
  const kubeconfig = join(folder, "proxied-kubeconfig");
  proxy.writeKubeconfig(kubeconfig);
  return { proxy, kubeconfig };
}

/** Makes the cluster one that is as it was in all but its uid, with the same rights. */
export function renameCluster(proxy: ApiProxy, uid: string): void {
  const metadata = { name: "kube-system", uid };
  proxy.when("get namespaces kube-system", answer(200, { apiVersion: "v1", kind: "Namespace", metadata }));
}
