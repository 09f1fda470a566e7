import type * as pulumi from "@pulumi/pulumi";
import { defaultProtocol, type Expectations, type ForwardProtocol } from "../contract";
import {
  handledLater,
  InitPodError,
  type InitPodOptions,
  mayBeNamed,
  optionProblems,
  type PodOptions,
  podOptions,
} from "../pulumi";
import { appName, ForwardMode, type InitPodArgs } from "../spec";
import {
  type Manifest,
  manifest,
  retriesOf,
  type ServiceManifest,
  serviceManifest,
  timeoutsOf,
} from "../spec/manifest";
import { guarded } from "../spec/shape";
import { limitWarning, nameProblems, problemsOf } from "../spec/validation";
import { checked, dnsLabel, formatProblems, port } from "../spec/values";
import { deadlineSeconds } from "./deadline";
import { generationProblems, ObjectNames } from "./objects";
import { secretInputs } from "./secrets";

/** What the arguments come to, before anything is asked or made. */
export interface Plan extends ServiceManifest {
  /** Of the Pod and what is kept beside it, as soon as it is known which values are secrets. */
  manifest: Promise<Manifest>;
  /** Gives the manifest the names of its own objects, once these are made. */
  objectNames: ObjectNames;
  /** Secrets that are to be made, by name; undefined where there are none. */
  generate?: InitPodArgs["generate"];
  /** Name of the app's container. */
  app: string;
  namespace?: pulumi.Input<string>;
  /** Whether something else is made first. */
  dependsOn: boolean;
  /** The user's own, next to those that InitPod sets. */
  labels?: Record<string, pulumi.Input<string>>;
  annotations?: Record<string, pulumi.Input<string>>;
  expected: Expectations;
  timeoutSeconds: number;
  /** How the port of the Pod is forwarded; undefined where it is not. */
  forward?: ForwardPlan;
  /** What the user's own options come to for the Pod. */
  podOptions: PodOptions;
}

export interface ForwardPlan {
  podPort: number;
  mode: ForwardMode;
  protocol: ForwardProtocol;
  /** The local port that the user wants; undefined where one is drawn. */
  wantedPort?: pulumi.Input<number>;
}

/**
 * What is to be made.
 * @throws {InitPodError} with all problems of the arguments and the options.
 */
export function plan(component: pulumi.Resource, name: string, given: InitPodArgs, opts: InitPodOptions): Plan {
  const ofName = nameProblems(name, given, mayBeNamed(component, opts));
  const problems = [
    ...ofName,
    ...problemsOf(given),
    ...generationProblems((given as Partial<InitPodArgs> | undefined)?.generate),
    ...optionProblems(opts),
  ];
  if (problems.length > 0) throw new InitPodError(formatProblems(name, problems), component);
  const fail = (text: string): InitPodError => new InitPodError(`InitPod "${name}": ${text}`, component);
  const args = guarded(given, fail);
  const objectNames = new ObjectNames();
  const outside = secretInputs(args).then((isSecret) => ({ isSecret, nameOf: objectNames.of }));
  const { podPort, ...service } = serviceManifest(args);
  const timeoutSeconds = deadlineSeconds(args, opts);
  const { namespace, labels, annotations, forward = {} } = args;
  const { mode = ForwardMode.Auto, protocol = defaultProtocol, localPort } = forward;
  return {
    ...service,
    podPort,
    manifest: handledLater(
      outside.then((known) => warned(manifest(args, fail, known), limitWarning(args, timeoutSeconds))),
    ),
    objectNames,
    app: appName(args.container),
    generate: Object.keys(args.generate ?? {}).length === 0 ? undefined : args.generate,
    namespace: namespace && checked(namespace, "namespace", dnsLabel, fail),
    dependsOn: opts.dependsOn !== undefined,
    labels,
    annotations,
    expected: { retries: retriesOf(args), timeouts: timeoutsOf(args), mustServe: podPort !== undefined },
    timeoutSeconds,
    forward:
      podPort === undefined || mode === ForwardMode.Never
        ? undefined
        : { podPort, mode, protocol, wantedPort: localPort && checked(localPort, "forward.localPort", port, fail) },
    podOptions: podOptions(opts),
  };
}

function warned(made: Manifest, more: string | undefined): Manifest {
  return more === undefined ? made : { ...made, warnings: [...made.warnings, more] };
}
