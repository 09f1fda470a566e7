import type { Pod as CreatedPod } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { initLogs } from "../cluster/logs";
import { deletePods, hasBeenReady, hasEnded, type Pod, supersededPods } from "../cluster/pods";
import { waitUntilReady } from "../cluster/wait";
import { rawOf, registeredOutputs, type Self, unknown } from "../pulumi";
import type { InitLog } from "../spec";
import { masker } from "../text";
import type { Claim } from "./claim";
import type { Plan } from "./plan";
import type { Secrets } from "./secrets";

/** Setting it to `0` makes `up` carry on with Pods that aren't Ready. */
export const waits = (): boolean => process.env.INIT_POD_WAIT !== "0";

/** What the wait for a Pod goes by. */
export interface Awaited {
  claimed: Promise<Claim>;
  pod: Promise<CreatedPod>;
  secrets: Promise<Secrets>;
}

/**
 * The logs of the init containers, once the Pod is Ready. Unknown in a preview, which waits for nothing.
 * @throws {InitPodError} where it can't get Ready.
 */
export async function logsOnceReady(
  { link }: Self,
  { expected, timeoutSeconds }: Plan,
  { claimed, pod, secrets }: Awaited,
): Promise<InitLog[]> {
  if (pulumi.runtime.isDryRun()) return unknown;
  const [{ identity, earlier = [] }, made, { values }] = await Promise.all([claimed, pod, secrets]);
  const metadata = await madeMetadata(made);
  if (metadata === undefined) return [];
  const { name, namespace, uid } = metadata;
  return await link.use<InitLog[]>(made, { noCluster: [], unknown: [] }, async (session) => {
    const { client } = session;
    const mask = masker(values);
    if (!waits()) {
      void pulumi.log.warn("INIT_POD_WAIT=0: not waiting until this Pod is Ready.", made);
      const done = doneBefore(earlier, uid);
      return done === undefined ? [] : await initLogs({ client, namespace, podName: name, mask }, done);
    }
    await deletePods(client, supersededPods(earlier, { name, uid }));
    return await waitUntilReady({
      client,
      watch: session.watch(namespace),
      namespace,
      podName: name,
      podUid: uid,
      selector: identity.selector,
      existed: earlier.some(({ metadata }) => metadata.uid === uid),
      ...expected,
      timeoutSeconds,
      mask,
      // Ephemeral: shown as it comes, and not once more at the end.
      report: (line) => void pulumi.log.info(line, made, undefined, true),
    });
  });
}

/** A Pod of an earlier run that has been Ready or has ended: one that this run would not wait for either. */
function doneBefore(earlier: readonly Pod[], uid: string): Pod | undefined {
  return earlier.find((pod) => pod.metadata.uid === uid && (hasBeenReady(pod) || hasEnded(pod)));
}

/** Undefined where the engine makes no Pod, as of a new InitPod with `--target` of something else; some may be unknown. */
export async function madeMetadata({ metadata }: CreatedPod): Promise<MadeMetadata | undefined> {
  const made = await rawOf<Partial<MadeMetadata> | undefined>(metadata);
  return made?.name === undefined ? undefined : (made as MadeMetadata);
}

interface MadeMetadata {
  name: string;
  namespace: string;
  uid: string;
}

/** What is told of the logs, and of which Pod. */
export interface Told {
  initLogs: InitLog[];
  /** `""` where the Pod was not waited for, so that its logs may still grow. */
  podUid: string;
}

/**
 * The logs that were told of this Pod before, if there are some, so that neither a preview nor a log that has grown shows a
 * change; else those that `podReady` resolves to. Unknown in a preview of a new Pod.
 */
export async function toldOnce(
  { component }: Self,
  { claimed, pod, podReady }: Pick<Awaited, "claimed" | "pod"> & { podReady: Promise<InitLog[]> },
): Promise<Told> {
  const last: Partial<Told> = await registeredOutputs(component);
  const [{ earlier = [] }, made, logs] = await Promise.all([claimed, pod, podReady]);
  const initLogs = pulumi.isUnknown(logs) ? logs : logs.map(sorted);
  const uid = (await madeMetadata(made))?.uid;
  if (uid === undefined || pulumi.isUnknown(uid)) return { initLogs, podUid: "" };
  if (last.podUid === uid && last.initLogs !== undefined) return { initLogs: last.initLogs, podUid: uid };
  return { initLogs, podUid: waits() || doneBefore(earlier, uid) !== undefined ? uid : "" };
}

/** As the engine keeps maps: a text that a program makes of one shall be the same in the next run. */
function sorted(log: InitLog): InitLog {
  return Object.fromEntries(Object.entries(log).sort(([one], [other]) => (one < other ? -1 : 1))) as unknown as InitLog;
}
