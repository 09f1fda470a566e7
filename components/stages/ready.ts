import type { Pod as CreatedPod } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { initLogs } from "../cluster/logs";
import { deletePods, hasBeenReady, hasEnded, type Pod, supersededPods } from "../cluster/pods";
import { waitUntilReady } from "../cluster/wait";
import { rawOf, type Self, unknown, withLateErrors, withoutStacks } from "../pulumi";
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
  const { name, namespace, uid } = await rawOf(made.metadata);
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

/**
 * Holds back all that depends on the InitPod until `podReady` resolves, and keeps the logs: their input counts only when the
 * Pod is a new one, so that neither a preview nor a log that has grown shows a change; or one that no run has waited for yet.
 */
export function gatedLogs(
  { name, component }: Self,
  { claimed, pod, secrets, podReady }: Awaited & { podReady: Promise<InitLog[]> },
): pulumi.Output<InitLog[]> {
  const made = pulumi.output<CreatedPod>(pod);
  const logs = made.apply(({ urn }) => urn.apply(() => podReady));
  const trigger = made.apply(({ metadata }) =>
    // As under mocks, the uid may be undefined, which as a trigger would crash the SDK.
    metadata.apply(async ({ uid = "" }: { uid?: string }) => {
      const { earlier = [] } = await claimed;
      return waits() || doneBefore(earlier, uid) !== undefined ? uid : `${uid}, which was not waited for`;
    }),
  );
  // Made at once, as the SDK has whatever depends on a component wait for the children that it has by then.
  const stash = withoutStacks(
    () =>
      new pulumi.Stash(
        `${name}-ready`,
        { input: secrets.then(({ isSecret }) => (isSecret ? pulumi.secret(logs) : logs)) },
        {
          parent: component,
          replacementTrigger: withLateErrors(trigger),
          ignoreChanges: ["input"],
          hideDiffs: ["input", "output"],
        },
      ),
  );
  return stash.output.apply((kept?: InitLog[]) => kept ?? []);
}
