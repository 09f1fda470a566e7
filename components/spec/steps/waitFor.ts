import type * as pulumi from "@pulumi/pulumi";
import { waitForName } from "../../contract";
import {
  allOf,
  connectionEnvironment,
  connectionProblems,
  connectionVolumes,
  defaultImages,
  type EnvVar,
  escapeExpansion,
  headerEnvironment,
  headerProblems,
  headerSecrets,
  hostAndPort,
  httpUrl,
  type Leaves,
  type Problem,
  problemsIn,
  problemsInOptional,
  seconds,
  type SecretKey,
  shownUrl,
  variableSize,
  wholeNumber,
} from "../values";
import type { StepPlan } from "./plan";
import { variables, waitForScript } from "./scripts/waitFor";

/**
 * Waits for what the app needs. Exactly one of tcp and http is set. Its log says what is awaited and what was last seen;
 * when the time is over, the step fails with exit code 124.
 */
export interface WaitFor {
  /**
   * HOST:PORT that is to accept a TCP connection; an IPv6 address stands in brackets. Nothing is sent. Whoever accepts
   * connections may not be ready yet: where there is an HTTP address that tells, wait for that.
   */
  tcp?: pulumi.Input<string>;
  /** An HTTP address that is to answer. */
  http?: HttpAnswer;
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

const defaultTimeoutSeconds = 300;
const defaultIntervalSeconds = 2;
const anySuccess = "2xx";
const url = allOf(httpUrl, variableSize(variables.url));

/** The plan of a step that waits. */
export function waitFor(value: WaitFor): StepPlan {
  const { tcp, http = {} as Partial<HttpAnswer> } = value;
  return {
    image: defaultImages.curl,
    canBeSidecar: false,
    // Its own time has run out: once more, it would take as long again.
    retries: 0,
    writes: [],
    variables: [],
    secrets: headerSecrets(http, "http."),
    problems: (field) => problems(value, field),
    container: (field, leaves) => ({
      command: ["sh", "-c", escapeExpansion(waitForScript), waitForName],
      env: [
        ...(tcp === undefined
          ? httpEnvironment(http as HttpAnswer, `${field}.http`, leaves)
          : [leaves.variable(variables.tcp, tcp, `${field}.tcp`, hostAndPort)]),
        { name: variables.timeout, value: whole(value.timeoutSeconds ?? defaultTimeoutSeconds) },
        { name: variables.interval, value: String(value.intervalSeconds ?? defaultIntervalSeconds) },
      ],
    }),
    volumes: (field, leaves) => connectionVolumes(http, `${field}.http`, leaves),
  };
}

function problems({ tcp, http, timeoutSeconds, intervalSeconds }: WaitFor, field: string): Problem[] {
  return [
    ...((tcp === undefined) === (http === undefined)
      ? [{ field, value: "", fix: "needs exactly one of tcp and http" }]
      : []),
    ...problemsInOptional(`${field}.tcp`, tcp, hostAndPort),
    ...(http === undefined
      ? []
      : [
          ...problemsIn(`${field}.http.url`, http.url, url, shownUrl),
          ...problemsInOptional(`${field}.http.status`, http.status, wholeNumber(100, 599)),
          ...headerProblems(http, `${field}.http`),
          ...connectionProblems(http, `${field}.http`),
        ]),
    ...problemsInOptional(`${field}.timeoutSeconds`, timeoutSeconds, seconds),
    ...problemsInOptional(`${field}.intervalSeconds`, intervalSeconds, seconds),
  ];
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
