import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/api";
import { type PodSpec, readinessPath } from "../cluster/pods";
import { type Identity, urlOnThisMachine } from "../contract";
import { beginForward, ensureForward, NoNodeError, reviveForwards } from "../forward/client";
import { type ForwardRequest, holdForward } from "../forward/state";
import { reportedOn, type Self } from "../pulumi";
import { type ForwardMode } from "../spec";
import { cleanLine } from "../text";
import type { Claim } from "./claim";
import type { PodIdentity } from "./create";
import type { Plan } from "./plan";
import { waits } from "./ready";

/** What a slow app is given at least, also where the Pod has taken nearly all of the time. */
const leastSilenceMs = 30_000;

/** What the proof of the URL waits for. */
export interface Proof {
  podIdentity: pulumi.Output<PodIdentity>;
  /** As the cluster has it. */
  podSpec: pulumi.Output<PodSpec | undefined>;
  podReady: pulumi.Output<unknown>;
  /** What holds back all that depends on the InitPod. */
  gateOpened: pulumi.Output<unknown>;
}

/**
 * The URL on this machine that leads to the Pod; `""` where nothing is forwarded. It is known in a preview, and proven by a
 * request before `up` ends.
 */
export function localUrl(
  self: Self,
  { forward, secrets, serviceSpec, timeoutSeconds }: Plan,
  { identity, localPort: port }: Claim,
  { podIdentity, podSpec, podReady, gateOpened }: Proof,
): pulumi.Output<string> {
  if (forward === undefined || port === undefined) return pulumi.output("");
  const { name, component, link } = self;
  const { podPort, protocol, mode } = forward;
  const urlOf = (localPort: number): string => urlOnThisMachine(protocol, localPort);
  if (pulumi.runtime.isDryRun()) return port.apply(urlOf);
  const release = heldForward(self, identity);
  const requested = pulumi
    .all([port, identity, podIdentity])
    .apply(([localPort, { id, selector }, { namespace, uid }]) =>
      link.use(component, undefined, async (session, access) => {
        const showLogs = !(await pulumi.isSecret(pulumi.all(secrets)));
        const request: ForwardRequest = {
          id,
          name,
          clusterUid: await session.uid(),
          server: session.client.server,
          namespace,
          selector,
          podPort,
          localPort,
          protocol,
          showLogs,
          hasService: serviceSpec !== undefined,
          access: storable(access),
          context: session.client.context,
        };
        const here = forwardsHere(mode);
        if (here) beginForward(request);
        return { request, podUid: uid, here, deadline: performance.now() + timeoutSeconds * 1000 };
      }),
    );
  const path = pulumi.unsecret(podSpec).apply((spec) => readinessPath(spec, podPort) ?? "/");
  // Not after the gate: what it keeps is written meanwhile.
  const proven = pulumi
    .all([port, requested, path, pulumi.unsecret(podReady)])
    .apply(async ([localPort, wanted, path]) => {
      if (wanted === undefined) return urlOf(localPort);
      if (!wanted.here) {
        const what = `Nothing forwards ${urlOf(localPort)} here, as this is a CI run: see forward.mode.`;
        void pulumi.log.info(what, component);
        return urlOf(localPort);
      }
      const report = (line: string): void => void pulumi.log.info(line, component, undefined, true);
      await reportedOn(component, async () => {
        try {
          const silenceTimeoutMs = Math.max(leastSilenceMs, wanted.deadline - performance.now());
          const options = { report, podUid: wanted.podUid, proof: waits(), path, silenceTimeoutMs };
          const note = await ensureForward(wanted.request, options);
          if (note !== undefined) void pulumi.log.warn(cleanLine(`${urlOf(localPort)}: ${note}`), component);
        } catch (error) {
          if (!(error instanceof NoNodeError)) throw error;
          void pulumi.log.warn(error.message, component);
        } finally {
          release();
        }
      });
      return urlOf(localPort);
    });
  return pulumi.all([proven, pulumi.unsecret(gateOpened)]).apply(([url]) => url);
}

/**
 * Keeps the forward of an earlier `up` while this one works: for a while there may be no Pod, as one with a name of the
 * user's own goes before the new one comes. Ends with the returned function, or with this process.
 */
function heldForward({ component, link }: Self, identity: pulumi.Output<Identity>): () => void {
  let release = (): void => undefined;
  identity.apply((owner) =>
    link.use(component, undefined, () => {
      release = holdForward(owner);
    }),
  );
  return () => release();
}

/** Takes away what a daemon that was killed left behind, of whichever stack, or revives it. */
export function reviveForwardsInUp(): void {
  if (!pulumi.runtime.isDryRun() && pulumi.runtime.getEngine() !== undefined) reviveForwards();
}

/** A CI machine is gone before anybody could open the URL. Pulumi Deployments sets only the second variable. */
function forwardsHere(mode: ForwardMode): boolean {
  if (mode !== "auto") return mode === "always";
  return !isSet(process.env.CI) && !isSet(process.env.PULUMI_CI_SYSTEM);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "false" && value !== "0";
}

/** Without undefined fields, as it is written to a file. */
function storable(access: ClusterAccess): ClusterAccess {
  return JSON.parse(JSON.stringify(access)) as ClusterAccess;
}
