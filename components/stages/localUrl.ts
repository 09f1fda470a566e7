import type { Pod } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/api";
import { readinessPath } from "../cluster/pods";
import { type Identity, urlOnThisMachine } from "../contract";
import { beginForward, ensureForward, NoNodeError, reviveForwards } from "../forward/client";
import { type ForwardRequest, holdForward } from "../forward/state";
import { asSecretAs, handledLater, nothing, rawOf, reportedOn, type Self, unknown } from "../pulumi";
import { type ForwardMode } from "../spec";
import { cleanLine } from "../text";
import type { ForwardPlan, Plan } from "./plan";
import { type Awaited, madeMetadata, waits } from "./ready";

/** What a slow app is given at least, also where the Pod has taken nearly all of the time. */
const leastSilenceMs = 30_000;

/** What the proof of the URL waits for. */
export interface Proof extends Awaited {
  podReady: Promise<unknown>;
}

/**
 * The URL on this machine that leads to the Pod; `""` where nothing is forwarded. It is known in a preview, and proven by a
 * request before `up` ends.
 */
export function localUrl(self: Self, plan: Plan, proof: Proof): pulumi.Output<string> {
  const { forward } = plan;
  if (forward === undefined) return pulumi.output("");
  if (!pulumi.runtime.isDryRun()) {
    const proven = handledLater(provenUrl(self, plan, forward, proof));
    const url = asSecretAs([forward.wantedPort], proven);
    return pulumi.output<Pod>(proof.pod).apply(({ urn }) => urn.apply(() => url));
  }
  const { protocol } = forward;
  return asSecretAs(
    [forward.wantedPort],
    proof.claimed.then(({ localPort }) => (localPort === undefined ? unknown : urlOnThisMachine(protocol, localPort))),
  );
}

async function provenUrl(
  self: Self,
  { serviceSpec, timeoutSeconds }: Plan,
  { podPort, protocol, mode }: ForwardPlan,
  { claimed, pod, secrets, podReady }: Proof,
): Promise<string> {
  const { name, component, link } = self;
  const { identity, localPort } = await claimed;
  if (localPort === undefined) return "";
  const url = urlOnThisMachine(protocol, localPort);
  const release = await heldForward(self, identity);
  const made = await pod;
  const metadata = await madeMetadata(made);
  if (metadata === undefined) return url;
  const { namespace, uid } = metadata;
  const deadline = performance.now() + timeoutSeconds * 1000;
  const request = await link.use<ForwardRequest | undefined>(component, nothing, async (session, access) => ({
    id: identity.id,
    name,
    clusterUid: await session.uid(),
    server: session.client.server,
    namespace,
    selector: identity.selector,
    podPort,
    localPort,
    protocol,
    showLogs: !(await secrets).isSecret,
    hasService: serviceSpec !== undefined,
    access: storable(access),
    context: session.client.context,
  }));
  const here = forwardsHere(mode);
  if (request !== undefined && here) beginForward(request);
  await podReady;
  if (request === undefined) return url;
  if (!here) {
    void pulumi.log.info(`Nothing forwards ${url} here, as this is a CI run: see forward.mode.`, component);
    return url;
  }
  const path = readinessPath(await rawOf(made.spec), podPort) ?? "/";
  const report = (line: string): void => void pulumi.log.info(line, component, undefined, true);
  await reportedOn(component, async () => {
    try {
      const silenceTimeoutMs = Math.max(leastSilenceMs, deadline - performance.now());
      const options = { report, podUid: uid, proof: waits(), path, silenceTimeoutMs };
      const note = await ensureForward(request, options);
      if (note !== undefined) void pulumi.log.warn(cleanLine(`${url}: ${note}`), component);
    } catch (error) {
      if (!(error instanceof NoNodeError)) throw error;
      void pulumi.log.warn(error.message, component);
    } finally {
      release();
    }
  });
  return url;
}

/**
 * Keeps the forward of an earlier `up` while this one works: for a while there may be no Pod, as one with a name of the
 * user's own goes before the new one comes. Ends with the returned function, or with this process.
 */
async function heldForward({ component, link }: Self, identity: Identity): Promise<() => void> {
  const none = (): void => undefined;
  return await link.use(component, { noCluster: none, unknown: none }, () => holdForward(identity));
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
