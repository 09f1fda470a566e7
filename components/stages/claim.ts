import { randomBytes } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { Pod } from "../cluster/pods";
import { type Identity, identityOf } from "../contract";
import { knownOr, type Self, withLateErrors, withoutStacks } from "../pulumi";
import { type Cluster, guarded, reachedCluster, warnOfNamespace } from "./guard";
import { checkedPort, drawPort } from "./localPort";
import type { Plan } from "./plan";
import { earlierPods, type Retry, retryTrigger } from "./retry";

/** What an InitPod has before its Pod is made. */
export interface Claim {
  /** For the life of the stack. */
  identity: pulumi.Output<Identity>;
  /** Port of the URL; undefined where nothing is forwarded. */
  localPort?: pulumi.Output<number>;
  /** Its Pods when the program began, without those being deleted; undefined where a preview may not read them. */
  earlier: pulumi.Output<readonly Pod[] | undefined>;
  /** Uid of the cluster that it lives in after this run. */
  cluster: pulumi.Output<string>;
  /** Secret of the InitPod, of which nothing but keyed hashes leaves the state. */
  key: pulumi.Output<string>;
  /** Whether the Pod must be made anew although its arguments are the same. */
  retry: pulumi.Output<Retry>;
}

/** Takes the identity and the local port of an InitPod, those of an earlier `up` where there was one. */
export function claim(self: Self, plan: Plan): Claim {
  const { expected, forward } = plan;
  const { identity, isNew, localPort, cluster, key } = keepInState(self);
  const earlier = earlierPods(self, identity, isNew);
  warnOfNamespace(self, plan, earlier);
  const wanted = forward?.wantedPort;
  return {
    identity,
    cluster,
    localPort: forward && (wanted === undefined ? localPort : checkedPort(self, identity, wanted)),
    earlier,
    key,
    retry: retryTrigger(self, earlier, isNew, expected),
  };
}

interface Kept {
  identity: pulumi.Output<Identity>;
  /** Whether it was made just now, so that no Pod can have it. */
  isNew: pulumi.Output<boolean>;
  localPort: pulumi.Output<number>;
  /** Uid of the cluster; `""` where it is not known. */
  cluster: pulumi.Output<string>;
  key: pulumi.Output<string>;
}

interface InState extends Identity {
  localPort?: number;
  key?: string;
}

/**
 * Keeps the identity and the local port in state. Made anew, the identity would be another one, and the living Pod would no
 * longer be found: also after a rename by alias. One resource for both, as each takes the engine some time; with a port for
 * InitPods that have none too, as nothing can be added to what is kept when one comes later.
 *
 * Its output stays as it first was. Its input holds the cluster that the InitPod lives in: it is written anew where somebody
 * chose the cluster, and otherwise read back as it was, which tells a run that has come to another cluster by accident.
 */
function keepInState(self: Self): Kept {
  const { name, component, urn } = self;
  const first = urn.apply((known) => identityOf(known, name));
  const drawnPort = drawPort(self, first);
  const firstKey = randomBytes(16).toString("hex");
  const reached = reachedCluster(self);
  const asRead = ["input"];
  const moved = ["id", "selector", "labels", "localPort", "key"].map((key) => `input.${key}`);
  // Where nothing is written anew, nothing waits for the cluster's answer.
  const writes = reached.meant.apply((meant) =>
    meant ? reached.cluster.apply((it) => (it?.uid ?? "") !== "") : false,
  );
  const written = pulumi.runtime.isDryRun()
    ? writes.apply((does) => (does ? reached.cluster : pulumi.output(pulumi.unknown as unknown as undefined)))
    : reached.cluster;
  const made = writes.apply((does) =>
    withoutStacks(
      () =>
        new pulumi.Stash(
          `${name}-identity`,
          {
            // One by one: only the key is a secret in state, and what a preview doesn't know must not hide the rest.
            input: {
              id: first.apply(({ id }) => id),
              selector: first.apply(({ selector }) => selector),
              labels: first.apply(({ labels }) => labels),
              localPort: drawnPort,
              key: pulumi.secret(firstKey),
              cluster: written,
            },
          },
          { parent: component, ignoreChanges: does ? moved : asRead, hideDiffs: ["input", "output"] },
        ),
    ),
  );
  const stash = withLateErrors(made);
  const home = stash.apply(({ input }) => input as pulumi.Output<{ cluster?: Cluster } | undefined>);
  const cluster = pulumi.unsecret(home).apply((known) => known?.cluster);
  // Mocks may keep nothing. Of all that is kept, only the key is a secret.
  const kept = pulumi
    .all([pulumi.unsecret(stash.apply(({ output }) => output as pulumi.Output<InState | undefined>)), first])
    .apply(([known, identity]) => known ?? { ...identity, localPort: undefined, key: undefined });
  const known = knownOr<Identity>(
    kept.apply(({ id, selector, labels }) => ({ id, selector, labels })),
    first,
  );
  // All that is made has the identity, so nothing is made in the wrong cluster.
  const identity = pulumi.all([known, guarded(self, reached, cluster)]).apply(([it]) => it) as pulumi.Output<Identity>;
  return {
    identity,
    isNew: pulumi.all([identity, first]).apply(([{ id }, { id: drawn }]) => id === drawn),
    cluster: knownOr(
      cluster.apply((known) => known?.uid ?? ""),
      "",
    ),
    localPort: kept.apply(({ localPort }): pulumi.Input<number> => localPort ?? drawnPort) as pulumi.Output<number>,
    key: pulumi.secret(
      knownOr<string>(
        kept.apply(({ key }) => key ?? firstKey),
        firstKey,
      ),
    ),
  };
}
