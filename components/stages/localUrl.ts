import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/api";
import type { ClusterSession } from "../cluster/pods";
import { defaultProtocol, urlOnThisMachine } from "../contract";
import {
  assertPortFree,
  beginForward,
  choosePort,
  ensureForward,
  NoNodeError,
  portOf,
  reviveForwards,
} from "../forward/client";
import { type ForwardOwner, holdForward } from "../forward/state";
import { type ClusterLink, reportedOn } from "../pulumi";
import type { ForwardSettings } from "../spec";
import { waits } from "./ready";

/**
 * A local port that no other forward claims. It is kept as it was first drawn, so that the URL stays the same for the life
 * of the stack. Unknown in a preview.
 */
export function drawPort(
  component: pulumi.Resource,
  urn: pulumi.Output<string>,
  link: ClusterLink,
): pulumi.Output<number> {
  if (pulumi.runtime.isDryRun()) return pulumi.output(pulumi.unknown as unknown as number);
  return pulumi.all([link.namespace, urn]).apply(([namespace, self]) => {
    const withoutCluster = portOf({ clusterUid: "", server: "", namespace, urn: self });
    return link.use(component, withoutCluster, async (session) => {
      const owner = await ownerOf(session, namespace, self);
      return await choosePort(portOf(owner), owner);
    });
  });
}

/**
 * The local port that the user wants, once it is known to be free.
 * @throws {InitPodError} (in the output) where another program listens on it.
 */
export function checkedPort(
  component: pulumi.Resource,
  urn: pulumi.Output<string>,
  link: ClusterLink,
  wanted: pulumi.Input<number>,
): pulumi.Output<number> {
  if (pulumi.runtime.isDryRun()) return pulumi.output(wanted);
  return pulumi.all([wanted, link.namespace, urn]).apply(([port, namespace, self]) =>
    link.use(component, port, async (session) => {
      await assertPortFree(port, await ownerOf(session, namespace, self));
      return port;
    }),
  );
}

export interface UrlSettings {
  name: string;
  forward: ForwardSettings;
  selector: pulumi.Output<Record<string, string>>;
  podPort: number;
  port: pulumi.Output<number>;
  podReady: pulumi.Output<unknown>;
  /** What holds back all that depends on the InitPod. */
  gateOpened: pulumi.Output<unknown>;
  podUid: pulumi.Output<string>;
  /** Secret where a log of an init container may hold a secret. */
  secrets: pulumi.Output<string>[];
}

/** The URL on this machine that leads to the Pod. It is known in a preview, and proven by a request before `up` ends. */
export function localUrl(
  component: pulumi.Resource,
  urn: pulumi.Output<string>,
  link: ClusterLink,
  settings: UrlSettings,
): pulumi.Output<string> {
  const { name, forward, podPort } = settings;
  const protocol = forward.protocol ?? defaultProtocol;
  const urlOf = (port: number): string => urlOnThisMachine(protocol, port);
  if (pulumi.runtime.isDryRun()) return settings.port.apply(urlOf);
  const release = heldForward(component, urn, link);
  const { port, selector, podUid, podReady, gateOpened } = settings;
  const requested = pulumi
    .all([port, selector, link.namespace, urn, podUid])
    .apply(([localPort, labels, namespace, self, uid]) =>
      link.use(component, undefined, async (session, access) => {
        const showLogs = !(await pulumi.isSecret(pulumi.all(settings.secrets)));
        const request = {
          ...(await ownerOf(session, namespace, self)),
          ...{ name, selector: labels, podPort, localPort, protocol, showLogs },
          ...{ access: storable(access), context: session.client.context },
        };
        const here = forwardsHere(forward.mode ?? "auto");
        if (here) beginForward(request);
        return { request, podUid: uid, here };
      }),
    );
  // Not after the gate: what it keeps is written meanwhile.
  const proven = pulumi.all([port, requested, pulumi.unsecret(podReady)]).apply(async ([localPort, wanted]) => {
    if (wanted === undefined) return urlOf(localPort);
    if (!wanted.here) {
      const what = `Nothing forwards ${urlOf(localPort)} here, as this is a CI run: see forward.mode.`;
      void pulumi.log.info(what, component);
      return urlOf(localPort);
    }
    const report = (line: string): void => void pulumi.log.info(line, component, undefined, true);
    await reportedOn(component, async () => {
      try {
        await ensureForward(wanted.request, { report, podUid: wanted.podUid, proof: waits() });
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
function heldForward(component: pulumi.Resource, urn: pulumi.Output<string>, link: ClusterLink): () => void {
  let release = (): void => undefined;
  pulumi.all([link.namespace, urn]).apply(([namespace, self]) =>
    link.use(component, undefined, async (session) => {
      release = holdForward(await ownerOf(session, namespace, self));
    }),
  );
  return () => release();
}

/** Takes away what a daemon that was killed left behind, of whichever stack, or revives it. */
export function reviveForwardsInUp(): void {
  if (!pulumi.runtime.isDryRun() && pulumi.runtime.getEngine() !== undefined) reviveForwards();
}

/** A CI machine is gone before anybody could open the URL. Pulumi Deployments sets only the second variable. */
function forwardsHere(mode: string): boolean {
  if (mode !== "auto") return mode === "always";
  return !isSet(process.env.CI) && !isSet(process.env.PULUMI_CI_SYSTEM);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "false" && value !== "0";
}

async function ownerOf(session: ClusterSession, namespace: string, urn: string): Promise<ForwardOwner> {
  return { clusterUid: await session.uid(), server: session.client.server, namespace, urn };
}

/** Without undefined fields, as it is written to a file. */
function storable(access: ClusterAccess): ClusterAccess {
  return JSON.parse(JSON.stringify(access)) as ClusterAccess;
}
