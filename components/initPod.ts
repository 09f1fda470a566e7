// Not from the package itself, which loads all of its groups: most of what a preview of one Pod would spend here.
import { Pod, Service } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { annotation, defaultProtocol } from "./contract";
import { accessOf, ClusterLink, InitPodError, ownUrn } from "./pulumi";
import type { InitLog, InitPodArgs } from "./spec";
import { manifest } from "./spec/manifest";
import { problemsOf } from "./spec/validation";
import { checked, dnsLabel, formatProblems, port as portNumber } from "./spec/values";
import {
  checkedPort,
  clusterUrl,
  deadlineSeconds,
  drawPort,
  gate,
  keep,
  localUrl,
  readyLogs,
  retryTrigger,
  reviveForwardsInUp,
  serviceAnnotations,
  warnOfOwnName,
} from "./stages";

/**
 * A Kubernetes Pod with init containers, and optionally a Service for it. `pulumi up` streams the init containers' logs,
 * ends as soon as the Pod is Ready or can't get Ready any more, and leaves a URL on this machine that leads to the Pod.
 */
export class InitPod extends pulumi.ComponentResource {
  /**
   * URL on this machine that answers from the Pod once `up` has returned, such as `http://127.0.0.1:23456`; `""` where no
   * port is declared or `forward.mode` is `never`. It stays the same for the life of the stack.
   */
  public readonly url: pulumi.Output<string>;
  /** What each init container logged last, in order. Secret where any step was given a secret. */
  public readonly initLogs: pulumi.Output<InitLog[]>;
  /** Name of the Pod that is Ready. */
  public readonly podName: pulumi.Output<string>;
  /** Namespace of the Pod and of the Service. */
  public readonly namespace: pulumi.Output<string>;
  /** URL of the Service inside the cluster, such as `http://web-3f2a.shop.svc:80`; `""` without a Service. */
  public readonly clusterUrl: pulumi.Output<string>;

  /**
   * @param name - Name of the Pulumi resource; names of the Pod and the Service start with it.
   * @param args - What the Pod is made of.
   * @param opts - Options as for all Pulumi components; `provider` chooses the cluster.
   */
  constructor(name: string, args: InitPodArgs, opts: pulumi.ComponentResourceOptions = {}) {
    // Without the arguments: as the component's inputs they would be one more line in each preview, and secrets in state.
    super("init-pod:index:InitPod", name, {}, opts);
    const problems = problemsOf(args);
    if (problems.length > 0) throw new InitPodError(formatProblems(name, problems), this);

    reviveForwardsInUp();
    const fail = (text: string): InitPodError => new InitPodError(`InitPod "${name}": ${text}`, this);
    const { podSpec, serviceSpec, podPort, servicePort, retries, secrets } = manifest(args, fail);
    const namespace = args.namespace && checked(args.namespace, "namespace", dnsLabel, fail);
    const link = new ClusterLink(this, accessOf(this), namespace);
    const urn = ownUrn(this);
    const { identity, localPort } = keep(name, this, urn, drawPort(this, urn, link));
    const mustServe = podPort !== undefined;
    const forward = args.forward ?? {};
    const wantedPort = forward.localPort && checked(forward.localPort, "forward.localPort", portNumber, fail);
    const isForwarded = podPort !== undefined && forward.mode !== "never";
    const port = isForwarded ? (wantedPort ? checkedPort(this, urn, link, wantedPort) : localPort) : undefined;
    const retry = retryTrigger(this, link, identity, { retries, mustServe });

    const pod = new Pod(
      name,
      {
        metadata: {
          namespace: link.namespace,
          labels: identity.apply(({ labels }) => ({ ...args.labels, ...labels })),
          annotations: {
            ...args.annotations,
            // The provider's own wait never sees init containers: it is told to go on as soon as the Pod exists. Told to
            // skip it, a deletion would not wait until the Pod is gone.
            "pulumi.com/waitFor": "jsonpath={.metadata}",
            [annotation.retry]: retry.apply((value) => value ?? ""),
            ...(podPort !== undefined && port !== undefined
              ? {
                  [annotation.port]: String(podPort),
                  [annotation.localPort]: pulumi.interpolate`${port}`,
                  [annotation.protocol]: forward.protocol ?? defaultProtocol,
                }
              : {}),
          },
        },
        spec: podSpec,
      },
      {
        parent: this,
        replacementTrigger: opts.replacementTrigger === undefined ? retry : [opts.replacementTrigger, retry],
        // Many changes of a Pod's spec would otherwise be tried in place and refused by the API server.
        replaceOnChanges: ["spec"],
      },
    );
    const service =
      serviceSpec &&
      new Service(
        name,
        {
          metadata: {
            namespace: link.namespace,
            labels: identity.apply(({ labels }) => ({ ...args.labels, ...labels })),
            annotations: serviceAnnotations(serviceSpec),
          },
          spec: { ...serviceSpec, selector: identity.apply(({ selector }) => selector) },
        },
        { parent: this },
      );

    const podIdentity = pod.metadata.apply(({ name: podName, uid }) => ({ name: podName, uid }));
    warnOfOwnName(
      name,
      pod,
      podIdentity.apply((known) => known.name),
    );
    const podUid = podIdentity.apply(({ uid }) => uid);
    const timeoutSeconds = deadlineSeconds(args, opts);
    const selector = identity.apply((known) => known.selector);
    const logs = readyLogs(pod, podIdentity, link, { selector, retries, mustServe, timeoutSeconds, secrets });
    this.initLogs = gate(name, this, podUid, logs);
    const ready = pulumi.unsecret(this.initLogs);

    this.namespace = link.namespace;
    // Held by the gate, so that nothing moves to a Pod that fails; not derived from the wait, which no preview knows.
    this.podName = pulumi.all([ready, podIdentity]).apply(([, { name: podName }]) => podName);
    this.clusterUrl = service === undefined ? pulumi.output("") : clusterUrl(service, servicePort);
    this.url =
      podPort === undefined || port === undefined
        ? pulumi.output("")
        : localUrl(this, urn, link, {
            ...{ name, forward, selector, podPort, port, podUid, podReady: logs, gateOpened: ready, secrets },
          });
    this.registerOutputs({
      url: this.url,
      podName: this.podName,
      namespace: this.namespace,
      clusterUrl: this.clusterUrl,
    });
  }
}
