import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/api";
import { type ClusterSession, ClusterSessions } from "../cluster/pods";
import { ofAnyInitPod } from "../contract";
import { cleanLine } from "../text";
import { reportedOn } from "./errors";
import { unknown } from "./known";
import { perDeployment } from "./perDeployment";

/** What the InitPods of one deployment share. */
const sharedInDeployment = perDeployment(() => ({
  sessions: new ClusterSessions(ofAnyInitPod, (line) => void pulumi.log.warn(cleanLine(line))),
  /** The clusters that were named. */
  announced: new Set<string>(),
}));

/** What comes of a question to the cluster that can't be asked. */
export interface Otherwise<T> {
  /** Where there is none. */
  noCluster: T;
  /** Where a preview does not know yet which one it will be. */
  unknown: T;
}

/** Where it is asked in passing. */
export const nothing: Otherwise<undefined> = { noCluster: undefined, unknown: undefined };

/**
 * An InitPod's way to its cluster. There may be none: under mocks, which have no engine, and where the provider renders
 * YAML into a folder.
 */
export class ClusterLink {
  /** Namespace of the InitPod's objects: the argument's, else the provider's, else the context's. */
  readonly namespace: pulumi.Output<string>;
  readonly #shared = sharedInDeployment();

  constructor(
    private readonly component: pulumi.Resource,
    /** Unknown in a preview of a cluster that is yet to be made. */
    private readonly access: Promise<ClusterAccess | undefined>,
    namespace: pulumi.Input<string> | undefined,
  ) {
    const reached = async (given?: string): Promise<string> =>
      await this.use(component, { noCluster: given ?? "default", unknown: given ?? unknown }, async (session) => {
        const chosen = given ?? session.client.namespace;
        // All objects of the InitPod are in this namespace, so none is made before the cluster has answered.
        await session.reach(chosen);
        return chosen;
      });
    this.namespace =
      namespace === undefined ? pulumi.output(reached()) : pulumi.output(namespace).apply((given) => reached(given));
  }

  /**
   * The result of `action` with the cluster's session.
   * @throws {InitPodError} on `resource`, whatever `action` throws.
   */
  async use<T>(
    resource: pulumi.Resource,
    otherwise: Otherwise<T>,
    action: (session: ClusterSession, access: ClusterAccess) => T | Promise<T>,
  ): Promise<T> {
    if (pulumi.runtime.getEngine() === undefined) return otherwise.noCluster;
    const access = await this.access;
    if (access === undefined) return otherwise.noCluster;
    if (pulumi.isUnknown(access)) return otherwise.unknown;
    return await reportedOn(resource, async () => {
      const session = await this.#shared.sessions.of(access);
      this.#announce(session);
      try {
        return await action(session, access);
      } catch (error) {
        throw session.named(error);
      }
    });
  }

  /** Says once in each `up` which cluster it works on: the wrong one is noticed before it is too late. */
  #announce({ client: { context, server } }: ClusterSession): void {
    const line = `Cluster: context "${context}", server ${server}`;
    const { announced } = this.#shared;
    if (announced.has(line) || pulumi.runtime.isDryRun()) return;
    announced.add(line);
    void pulumi.log.info(line, this.component);
  }
}
