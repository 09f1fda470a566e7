import { randomBytes } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { type Identity, identityOf } from "../contract";
import { knownOf, rawOf, type Self, unknown, urnOf, withLateErrors, withoutStacks } from "../pulumi";
import { assertAtHome, type Cluster, reachedCluster } from "./guard";
import { drawPort } from "./localPort";

/** What an InitPod keeps in state. */
export interface Kept {
  identity: Identity;
  /** Whether it was made just now, so that no Pod can have it. */
  isNew: boolean;
  /** Undefined where a preview doesn't know it. */
  localPort: number | undefined;
  /** Uid of the cluster; `""` where it is not known. */
  cluster: string;
  key: string;
}

interface InState extends Identity {
  localPort: number;
  key: string;
}

/** Of what is kept, only what comes from outside may be written anew. */
const asRead = ["input"];
const exceptCluster = ["id", "selector", "labels", "localPort", "key"].map((key) => `input.${key}`);

/**
 * Keeps the identity and the local port in state. Made anew, the identity would be another one, and the living Pod would no
 * longer be found: also after a rename by alias. One resource for both, as each takes the engine some time; with a port for
 * InitPods that have none too, as nothing can be added to what is kept when one comes later.
 *
 * Its output stays as it first was. Its input holds the cluster that the InitPod lives in: it is written anew where somebody
 * chose the cluster, and otherwise read back as it was, which tells a run that has come to another cluster by accident.
 * @throws {InitPodError} where it lives in another cluster: all that is made has the identity, so nothing is made there.
 */
export async function keepInState(self: Self): Promise<Kept> {
  const { name, component } = self;
  const first = identityOf(await urnOf(component), name);
  const [drawnPort, reached] = await Promise.all([drawPort(self, first), reachedCluster(self)]);
  const firstKey = randomBytes(16).toString("hex");
  const { cluster } = reached;
  const isWritten = reached.isMeant && (cluster?.uid ?? "") !== "";
  const stash = withoutStacks(
    () =>
      new pulumi.Stash(
        `${name}-identity`,
        {
          // Only the key is a secret in state.
          input: {
            ...first,
            localPort: drawnPort ?? unknown,
            key: pulumi.secret(firstKey),
            // Where a preview writes nothing anew, it says nothing of the cluster.
            cluster: isWritten || !pulumi.runtime.isDryRun() ? cluster : unknown,
          },
        },
        { parent: component, ignoreChanges: isWritten ? exceptCluster : asRead, hideDiffs: ["input", "output"] },
      ),
  );
  const [input, known] = await Promise.all([
    rawOf(withLateErrors(stash.input)) as Promise<{ cluster?: Cluster } | undefined>,
    // Mocks may keep nothing.
    knownOf(withLateErrors(stash.output)) as Promise<InState | undefined>,
  ]);
  const home = knownCluster(input?.cluster);
  assertAtHome(self, reached, home);
  const { id, selector, labels } = known ?? first;
  return {
    identity: { id, selector, labels },
    isNew: id === first.id,
    localPort: known?.localPort ?? drawnPort,
    cluster: home?.uid ?? "",
    key: known?.key ?? firstKey,
  };
}

function knownCluster(cluster: Cluster | undefined): Cluster | undefined {
  return pulumi.isUnknown(cluster) ? undefined : cluster;
}
