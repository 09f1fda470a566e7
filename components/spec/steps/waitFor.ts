import type * as pulumi from "@pulumi/pulumi";
import { waitForName } from "../../contract";
import {
  connectionEnvironment,
  connectionProblems,
  connectionVolumes,
  type EnvVar,
  escapeExpansion,
  headerEnvironment,
  headerProblems,
  headerSecrets,
  type Leaves,
} from "../environment";
import {
  allOf,
  type Check,
  defaultImages,
  dnsLabel,
  hostAndPort,
  httpUrl,
  objectName,
  type Problem,
  problemsIn,
  problemsInOptional,
  seconds,
  type SecretKey,
  shownUrl,
  variableSize,
  wholeNumber,
} from "../values";
import { type ClusterRead, graceSeconds, type OwnVolume, type StepPlan } from "./plan";
import { variables, waitForScript } from "./scripts/waitFor";
import { accountFolder, objectVariables, waitForObjectScript } from "./scripts/waitForObject";

/**
 * Waits for what the app needs. Exactly one of tcp, http, job, pod and service is set. Its log says what is awaited and what
 * was last seen; when the time is over, the step fails with exit code 124.
 *
 * For a Job, a Pod or a Service, InitPod makes a ServiceAccount that may read this and nothing else, and gives its token to
 * this one init container. The Pod runs as this account, so pull secrets that the namespace's default account has are to be
 * named in imagePullSecrets. Where podSpec.serviceAccountName names an account of yours, nothing is made, and that account
 * needs the right: where it has none, the step fails with exit code 77 and names it.
 */
export interface WaitFor {
  /**
   * HOST:PORT that is to accept a TCP connection; an IPv6 address stands in brackets. Nothing is sent. Whoever accepts
   * connections may not be ready yet: where there is an HTTP address that tells, wait for that.
   */
  tcp?: pulumi.Input<string>;
  /** An HTTP address that is to answer. */
  http?: HttpAnswer;
  /**
   * A Job that is to succeed. One that does not exist yet is waited for; one that has failed fails the step at once, with
   * exit code 69.
   */
  job?: NamedObject;
  /**
   * A Pod that is to be Ready, or to succeed. One that does not exist yet is waited for; one that has failed fails the step
   * at once, with exit code 69, unless its controller may make it anew with the same name, as a StatefulSet does.
   */
  pod?: NamedObject;
  /** A Service that is to have a ready endpoint. One that does not exist yet is waited for. */
  service?: NamedObject;
  /** Seconds until it fails, to be well below InitPod's timeoutSeconds. Default: 300. */
  timeoutSeconds?: number;
  /** Seconds between two tries. Default: 2. */
  intervalSeconds?: number;
}

/** The answer of an HTTP address that a step waits for. */
export interface HttpAnswer {
  /** Address: http:// or https://. Redirects are not followed: their status is the answer. */
  url: pulumi.Input<string>;
  /** Status of the answer. Default: any from 200 to 299. */
  status?: number;
  /** HTTP headers to send. A value that is a Pulumi secret is kept in a Kubernetes Secret. */
  headers?: Record<string, pulumi.Input<string>>;
  /**
   * HTTP headers whose values come from Kubernetes Secrets: neither in the Pod nor in Pulumi's state. Refused where the app
   * could see the same key of the same Secret.
   */
  secretHeaders?: Record<string, SecretKey>;
  /** Certificates (PEM) of the authorities that are trusted, in place of the image's. */
  ca?: pulumi.Input<string>;
  /** Proxy that is asked through: http://, https:// or socks5h://. Default: none. */
  proxy?: pulumi.Input<string>;
}

/** An object of Kubernetes that a step waits for. */
export interface NamedObject {
  /** Its name. */
  name: pulumi.Input<string>;
  /** Its namespace. Default: the Pod's. */
  namespace?: pulumi.Input<string>;
}

const defaultTimeoutSeconds = 300;
const defaultIntervalSeconds = 2;
const anySuccess = "2xx";
/** The shortest that Kubernetes takes; kubelet renews it. */
const tokenSeconds = 600;

/** What can be waited for: exactly one of them. */
const targets = ["tcp", "http", "job", "pod", "service"] as const;

type ObjectKind = "job" | "pod" | "service";

interface Target extends NamedObject {
  kind: ObjectKind;
}

/** What it takes to read an object of each kind. EndpointSlices have drawn names, so that all of a namespace may be listed. */
const objectKinds: Readonly<
  Record<ObjectKind, { nameCheck: Check; reads: readonly Omit<ClusterRead, "namespace">[] }>
> = {
  job: { nameCheck: objectName, reads: [{ apiGroup: "batch", resource: "jobs", verb: "get" }] },
  pod: { nameCheck: objectName, reads: [{ apiGroup: "", resource: "pods", verb: "get" }] },
  service: {
    nameCheck: dnsLabel,
    reads: [
      { apiGroup: "", resource: "services", verb: "get" },
      { apiGroup: "discovery.k8s.io", resource: "endpointslices", verb: "list" },
    ],
  },
};
const objectKindNames = Object.keys(objectKinds) as ObjectKind[];
const url = allOf(httpUrl, variableSize(variables.url));

/** The plan of a step that waits. */
export function waitFor(value: WaitFor): StepPlan {
  const { tcp, http = {} as Partial<HttpAnswer> } = value;
  const [target] = objectKindNames.flatMap((kind) => (value[kind] === undefined ? [] : [{ kind, ...value[kind] }]));
  const timing: EnvVar[] = [
    { name: variables.timeout, value: whole(value.timeoutSeconds ?? defaultTimeoutSeconds) },
    { name: variables.interval, value: String(value.intervalSeconds ?? defaultIntervalSeconds) },
  ];
  return {
    image: defaultImages.curl,
    canBeSidecar: false,
    timeoutSeconds: (value.timeoutSeconds ?? defaultTimeoutSeconds) + graceSeconds,
    // Its own time has run out: once more, it would take as long again.
    retries: 0,
    writes: [],
    variables: [],
    secrets: headerSecrets(http, "http."),
    problems: (field) => problems(value, field),
    container: (field, leaves) => ({
      command: ["sh", "-c", escapeExpansion(target === undefined ? waitForScript : waitForObjectScript), waitForName],
      env: [
        ...(target !== undefined
          ? objectEnvironment(target, field, leaves)
          : tcp === undefined
            ? httpEnvironment(http as HttpAnswer, `${field}.http`, leaves)
            : [leaves.variable(variables.tcp, tcp, `${field}.tcp`, hostAndPort)]),
        ...timing,
      ],
    }),
    ...(target === undefined
      ? { volumes: (field: string, leaves: Leaves) => connectionVolumes(http, `${field}.http`, leaves) }
      : {
          volumes: () => [account],
          reads: (field, leaves) => readsOf(target, field, leaves),
        }),
  };
}

/** What kubelet gives a container that talks to the API server; the rest of the Pod has none of it. */
const account: OwnVolume = {
  suffix: "account",
  mountPath: accountFolder,
  source: {
    projected: {
      sources: [
        { serviceAccountToken: { path: "token", expirationSeconds: tokenSeconds } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        { downwardAPI: { items: [{ path: "namespace", fieldRef: { fieldPath: "metadata.namespace" } }] } },
      ],
    },
  },
};

function problems(value: WaitFor, field: string): Problem[] {
  const { tcp, http, timeoutSeconds, intervalSeconds } = value;
  const set = targets.filter((target) => value[target] !== undefined);
  return [
    ...(set.length === 1
      ? []
      : [
          {
            field,
            value: "",
            fix: `needs exactly one of ${targets.join(", ")}; it has ${set.join(", ") || "none"}`,
          },
        ]),
    ...problemsInOptional(`${field}.tcp`, tcp, hostAndPort),
    ...(http === undefined
      ? []
      : [
          ...problemsIn(`${field}.http.url`, http.url, url, shownUrl),
          ...problemsInOptional(`${field}.http.status`, http.status, wholeNumber(100, 599)),
          ...headerProblems(http, `${field}.http`),
          ...connectionProblems(http, `${field}.http`),
        ]),
    ...objectKindNames.flatMap((kind) => {
      const named = value[kind];
      if (named === undefined) return [];
      return [
        ...problemsIn(`${field}.${kind}.name`, named.name, objectKinds[kind].nameCheck),
        ...problemsInOptional(`${field}.${kind}.namespace`, named.namespace, dnsLabel),
      ];
    }),
    ...problemsInOptional(`${field}.timeoutSeconds`, timeoutSeconds, seconds),
    ...problemsInOptional(`${field}.intervalSeconds`, intervalSeconds, seconds),
  ];
}

function objectEnvironment({ kind, name, namespace }: Target, field: string, leaves: Leaves): EnvVar[] {
  const { variable } = leaves;
  return [
    { name: objectVariables.kind, value: kind },
    variable(objectVariables.name, name, `${field}.${kind}.name`, objectKinds[kind].nameCheck),
    ...(namespace === undefined
      ? []
      : [variable(objectVariables.namespace, namespace, `${field}.${kind}.namespace`, dnsLabel)]),
  ];
}

function readsOf({ kind, name, namespace }: Target, field: string, { checked }: Leaves): ClusterRead[] {
  const { nameCheck, reads } = objectKinds[kind];
  const known = checked(name, `${field}.${kind}.name`, nameCheck);
  const place =
    namespace === undefined ? {} : { namespace: checked(namespace, `${field}.${kind}.namespace`, dnsLabel) };
  return reads.map((read) => ({ ...read, ...(read.verb === "get" ? { name: known } : {}), ...place }));
}

function httpEnvironment(http: HttpAnswer, field: string, leaves: Leaves): EnvVar[] {
  return [
    leaves.variable(variables.url, http.url, `${field}.url`, url),
    { name: variables.status, value: String(http.status ?? anySuccess) },
    ...headerEnvironment(http, field, leaves),
    ...connectionEnvironment(http, field, leaves),
  ];
}

/** The shell counts in whole seconds. */
function whole(seconds: number): string {
  return String(Math.ceil(seconds));
}
