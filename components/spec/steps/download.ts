import * as pulumi from "@pulumi/pulumi";
import { downloadName } from "../../contract";
import {
  allOf,
  type EnvVar,
  escapeExpansion,
  fileMode,
  headerEnvironment,
  headerProblems,
  headerSecrets,
  httpUrl,
  isPlain,
  type Leaves,
  type Problem,
  problemsIn,
  problemsInOptional,
  seconds,
  type SecretKey,
  sha256 as sha256Check,
  shownUrl,
  variableSize,
  wholeNumber,
  writtenPath,
} from "../values";
import type { StepPlan } from "./plan";
import { curlImage } from "./scripts/curlConfig";
import { downloadScript, variables } from "./scripts/download";

/**
 * Fetches a file over HTTP(S). The file appears at its path complete or not at all; an answer other than 2xx fails the
 * step. Address and header values never stand in a command line.
 */
export interface Download {
  /** Address: http:// or https://. Redirects are followed, never from https to http. */
  url: pulumi.Input<string>;
  /** Absolute path of the file. The folder that it lies in becomes a volume which the app sees as well. */
  to: string;
  /** SHA-256 of the file, 64 hexadecimal digits. Another content fails the step. Default: not checked. */
  sha256?: pulumi.Input<string>;
  /** HTTP headers to send. Values may be Pulumi secrets; they then stand in the Pod, encrypted in Pulumi's state. */
  headers?: Record<string, pulumi.Input<string>>;
  /**
   * HTTP headers whose values come from Kubernetes Secrets: neither in the Pod nor in Pulumi's state. With one that is
   * neither Authorization nor Cookie, redirects fail the step (curl exit code 47): curl would send it to the new host.
   * Refused where the app could see the same key of the same Secret.
   */
  secretHeaders?: Record<string, SecretKey>;
  /** Tries in all, 1 or more; between them 1, 2, 4, … seconds. Only what can pass is tried again. Default: 3. */
  attempts?: number;
  /** Seconds that one try may take. Default: 300. */
  timeoutSeconds?: number;
  /** Seconds that connecting may take. Default: 10. */
  connectTimeoutSeconds?: number;
  /** Octal permissions of the file. Default: "0644". */
  mode?: string;
}

const defaultAttempts = 3;
const defaultTimeoutSeconds = 300;
const defaultConnectTimeoutSeconds = 10;
const defaultMode = "0644";
/** Enough for every honest chain of redirects. */
const redirects = 10;
/** Headers that curl itself drops when a redirect leads to another host. Source: https://curl.se/docs/manpage.html#-H */
const droppedOnRedirect = new Set(["authorization", "cookie"]);

/** The plan of a step that fetches a file. */
export function download(value: Download): StepPlan {
  return {
    image: curlImage,
    canBeSidecar: false,
    writes: typeof value.to === "string" ? [value.to] : [],
    variables: [],
    secrets: headerSecrets(value),
    problems: (field) => problems(value, field),
    container: (field, leaves) => ({
      // Kubernetes expands $(…) in arguments; the script has its own.
      command: ["sh", "-c", escapeExpansion(downloadScript), downloadName],
      env: env(value, field, leaves),
    }),
  };
}

function problems(value: Download, field: string): Problem[] {
  return [
    // An address often carries a key: it is shown only as far as it is surely none.
    ...problemsIn(`${field}.url`, value.url, httpUrl, shownUrl),
    ...problemsIn(`${field}.to`, value.to, writtenPath),
    ...problemsInOptional(`${field}.sha256`, value.sha256, sha256Check),
    ...problemsInOptional(`${field}.attempts`, value.attempts, wholeNumber(1)),
    ...problemsInOptional(`${field}.timeoutSeconds`, value.timeoutSeconds, seconds),
    ...problemsInOptional(`${field}.connectTimeoutSeconds`, value.connectTimeoutSeconds, seconds),
    ...problemsInOptional(`${field}.mode`, value.mode, fileMode),
    ...headerProblems(value, field),
  ];
}

function env(value: Download, field: string, leaves: Leaves): EnvVar[] {
  const { checked, variable } = leaves;
  const mayRedirect = Object.keys(value.secretHeaders ?? {}).every((name) => droppedOnRedirect.has(name.toLowerCase()));
  const plain: EnvVar[] = [
    variable(variables.url, value.url, `${field}.url`, allOf(httpUrl, variableSize(variables.url))),
    { name: variables.to, value: escapeExpansion(value.to) },
    { name: variables.mode, value: value.mode ?? defaultMode },
    { name: variables.attempts, value: String(value.attempts ?? defaultAttempts) },
    { name: variables.timeout, value: String(value.timeoutSeconds ?? defaultTimeoutSeconds) },
    { name: variables.connectTimeout, value: String(value.connectTimeoutSeconds ?? defaultConnectTimeoutSeconds) },
    { name: variables.redirects, value: String(mayRedirect ? redirects : 0) },
  ];
  const checksum = value.sha256;
  return [
    ...plain,
    ...(checksum === undefined
      ? []
      : [{ name: variables.sha256, value: lowerCase(checked(checksum, `${field}.sha256`, sha256Check)) }]),
    ...headerEnvironment(value, field, leaves),
  ];
}

function lowerCase(input: pulumi.Input<string>): pulumi.Input<string> {
  return isPlain(input) ? input.toLowerCase() : pulumi.output(input).apply((text) => text.toLowerCase());
}
