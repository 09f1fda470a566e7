import * as pulumi from "@pulumi/pulumi";
import type { ClusterAccess } from "../cluster/api";
import { type ClusterSession, ClusterSessions } from "../cluster/pods";
import { ofAnyInitPod } from "../contract";
import { cleanLine } from "../text";
import { reportedOn } from "./errors";
import { knownOr } from "./knownOr";
import { perDeployment } from "./perDeployment";

/** What the InitPods of one deployment share. */
const sharedInDeployment = perDeployment(() => ({
  sessions: new ClusterSessions(ofAnyInitPod, (line) => void pulumi.log.warn(cleanLine(line))),
  /** The clusters that were named. */
  announced: new Set<string>(),
}));

/**
 * An InitPod's way to its cluster. There may be none: under mocks, which have no engine, and where the provider renders
 * YAML into a folder.
 */
export class ClusterLink {
  /** Namespace of the InitPod's objects: the argument's, else the provider's, else the context's. */
  readonly namespace: pulumi.Output<string>;
  readonly #shared = sharedInDeployment();
  readonly #access: pulumi.Output<ClusterAccess | undefined>;

  constructor(
    private readonly component: pulumi.Resource,
    access: pulumi.Output<ClusterAccess | undefined>,
    namespace: pulumi.Input<string> | undefined,
  ) {
    this.#access = pulumi.unsecret(access);
    const reached = pulumi.output(namespace).apply((given) =>
      this.use(component, given ?? "default", async (session) => {
        const chosen = given ?? session.client.namespace;
        // All objects of the InitPod are in this namespace, so none is made before the cluster has answered.
        await session.reach(chosen);
        return chosen;
      }),
    );
    this.namespace = namespace === undefined ? reached : knownOr(reached, namespace);
  }

  /**
   * The result of `action` with the cluster's session, or `otherwise` where there is no cluster.
   * @throws {InitPodError} (in the output) on `resource`, whatever `action` throws.
   */
  use<T>(
    resource: pulumi.Resource,
    otherwise: T,
    action: (session: ClusterSession, access: ClusterAccess) => T | Promise<T>,
  ): pulumi.Output<T> {
    if (pulumi.runtime.getEngine() === undefined) return pulumi.output(otherwise) as pulumi.Output<T>;
    return this.#access.apply<T>(async (access) => {
      if (access === undefined) return otherwise;
      return await reportedOn(resource, async () => {
        const session = await this.#shared.sessions.of(access);
        this.#announce(session);
        try {
          return await action(session, access);
        } catch (error) {
          throw session.named(error);
        }
      });
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
