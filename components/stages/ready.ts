import * as pulumi from "@pulumi/pulumi";
import { initLogs } from "../cluster/logs";
import { deletePods, hasBeenReady, hasEnded, type Pod, supersededPods } from "../cluster/pods";
import { waitUntilReady } from "../cluster/wait";
import { type Self, withLateErrors, withoutStacks } from "../pulumi";
import type { InitLog } from "../spec";
import { masker } from "../text";
import type { Claim } from "./claim";
import type { Created, PodIdentity } from "./create";
import type { Plan } from "./plan";

/** Setting it to `0` makes `up` carry on with Pods that aren't Ready. */
export const waits = (): boolean => process.env.INIT_POD_WAIT !== "0";

/**
 * The logs of the init containers, once `pod` is Ready. Unknown in a preview, which waits for nothing.
 * @throws {InitPodError} (in the output) where it can't get Ready.
 */
export function logsOnceReady(
  { link }: Self,
  { expected, timeoutSeconds, secrets }: Plan,
  { identity, earlier: earlierPods }: Claim,
  { pod, podIdentity }: Created,
): pulumi.Output<InitLog[]> {
  if (pulumi.runtime.isDryRun()) return pulumi.output(pulumi.unknown as unknown as InitLog[]);
  return pulumi
    .all([pod, podIdentity, identity, earlierPods, pulumi.all(secrets)])
    .apply(([made, { name, namespace, uid }, { selector }, earlier = [], secretValues]) =>
      link.use(made, [], async (session) => {
        const { client } = session;
        const mask = masker(secretValues);
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
          selector,
          existed: earlier.some(({ metadata }) => metadata.uid === uid),
          ...expected,
          timeoutSeconds,
          mask,
          // Ephemeral: shown as it comes, and not once more at the end.
          report: (line) => void pulumi.log.info(line, made, undefined, true),
        });
      }),
    );
}

/** A Pod of an earlier run that has been Ready or has ended: one that this run would not wait for either. */
function doneBefore(earlier: readonly Pod[], uid: string): Pod | undefined {
  return earlier.find((pod) => pod.metadata.uid === uid && (hasBeenReady(pod) || hasEnded(pod)));
}

/**
 * Holds back all that depends on the InitPod until `logs` resolves, and keeps them: their input counts only when the Pod
 * is a new one, so that neither a preview nor a log that has grown shows a change; or one that no run has waited for yet.
 */
export function gatedLogs(
  { name, component }: Self,
  { earlier }: Claim,
  podIdentity: pulumi.Output<PodIdentity>,
  logs: pulumi.Output<InitLog[]>,
): pulumi.Output<InitLog[]> {
  // As under mocks, the uid may be undefined, which as a trigger would crash the SDK.
  const uid = podIdentity.apply((pod) => (pod.uid as string | undefined) ?? "");
  const unwaited = pulumi
    .all([uid, earlier])
    .apply(([of, pods = []]) => (doneBefore(pods, of) === undefined ? `${of}, which was not waited for` : of));
  const stash = withoutStacks(
    () =>
      new pulumi.Stash(
        `${name}-ready`,
        { input: logs },
        {
          parent: component,
          replacementTrigger: withLateErrors(waits() ? uid : unwaited),
          ignoreChanges: ["input"],
          hideDiffs: ["input", "output"],
        },
      ),
  );
  return stash.output.apply((kept: InitLog[] | undefined) => kept ?? []);
}
