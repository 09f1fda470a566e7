import * as pulumi from "@pulumi/pulumi";
import { deletePods, supersededPods } from "../cluster/pods";
import { waitUntilReady } from "../cluster/wait";
import { type Self, withLateErrors } from "../pulumi";
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
        if (!waits()) {
          void pulumi.log.warn("INIT_POD_WAIT=0: not waiting until this Pod is Ready.", made);
          return [];
        }
        await deletePods(session.client, supersededPods(earlier, { name, uid }));
        return await waitUntilReady({
          client: session.client,
          watch: session.watch(namespace),
          namespace,
          podName: name,
          podUid: uid,
          selector,
          existed: earlier.some(({ metadata }) => metadata.uid === uid),
          ...expected,
          timeoutSeconds,
          mask: masker(secretValues),
          // Ephemeral: shown as it comes, and not once more at the end.
          report: (line) => void pulumi.log.info(line, made, undefined, true),
        });
      }),
    );
}

/**
 * Holds back all that depends on the InitPod until `logs` resolves, and keeps them: their input counts only when the Pod
 * is a new one, so that neither a preview nor a log that has grown shows a change.
 */
export function gatedLogs(
  { name, component }: Self,
  podIdentity: pulumi.Output<PodIdentity>,
  logs: pulumi.Output<InitLog[]>,
): pulumi.Output<InitLog[]> {
  const stash = new pulumi.Stash(
    `${name}-ready`,
    { input: logs },
    {
      parent: component,
      // An undefined trigger, as under mocks, would crash the SDK.
      replacementTrigger: withLateErrors(podIdentity.apply(({ uid }) => (uid as string | undefined) ?? "")),
      ignoreChanges: ["input"],
      hideDiffs: ["input", "output"],
    },
  );
  return stash.output.apply((kept: InitLog[] | undefined) => kept ?? []);
}
