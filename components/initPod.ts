import * as pulumi from "@pulumi/pulumi";
import {
  accessOf,
  ClusterLink,
  componentOptions,
  handledLater,
  held,
  holdUntil,
  type InitPodOptions,
  LastTransform,
  withoutStacks,
} from "./pulumi";
import type { InitLog, InitPodArgs } from "./spec";
import { claim, create, plan, prove, reviveForwardsInUp } from "./stages";

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
  /** Name of the Secret with what `generate` asks for, so that others can use its keys; `""` where nothing is generated. */
  public readonly generatedSecret: pulumi.Output<string>;

  /**
   * @param name - Name of the Pulumi resource; names of the Pod and the Service start with it.
   * @param args - What the Pod is made of.
   * @param opts - Options as for all Pulumi components; `provider` chooses the cluster. What concerns changes of the Pod
   *   (`ignoreChanges`, `deleteBeforeReplace`, `customTimeouts`, `hooks`, …) is handed to the Pod.
   */
  constructor(name: string, args: InitPodArgs, opts: InitPodOptions = {}) {
    // Without the arguments: as the component's inputs they would be one more line in each preview, and secrets in state.
    const { lastTransform, opts: withLast } = LastTransform.of(name, componentOptions(opts));
    super("init-pod:index:InitPod", name, {}, withLast);
    const planned = plan(this, name, args, opts);
    reviveForwardsInUp();
    const link = new ClusterLink(this, accessOf(this), planned.namespace);
    const self = { name, component: this, link, lastTransform };
    const claimed = handledLater(claim(self, planned));
    const created = create(self, planned, claimed);
    const { outputs, podUid, serviceSpec, ready } = prove(self, planned, claimed, created);
    holdUntil(this, ready);
    this.url = outputs.url;
    this.initLogs = outputs.initLogs;
    this.podName = outputs.podName;
    this.namespace = outputs.namespace;
    this.clusterUrl = outputs.clusterUrl;
    this.generatedSecret = outputs.generatedSecret;
    withoutStacks(() => {
      this.registerOutputs({ ...outputs, podUid, serviceSpec });
    });
  }

  /** What the SDK has whatever depends on this component wait for. */
  protected override async initialize(): Promise<void> {
    await held(this);
  }
}
