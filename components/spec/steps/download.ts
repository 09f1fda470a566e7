import * as pulumi from "@pulumi/pulumi";
import { connectionVolumes, headerSecrets } from "../environment";
import { defaultImages, isPlain, problemsInOptional, type SecretKey, sha256 as sha256Check } from "../values";
import { graceSeconds, type StepPlan } from "./plan";
import { variables } from "./scripts/download";
import { requestCommand, requestEnvironment, requestProblems, requestSeconds } from "./scripts/request";

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
  /** HTTP headers to send. A value that is a Pulumi secret is kept in a Kubernetes Secret. */
  headers?: Record<string, pulumi.Input<string>>;
  /**
   * HTTP headers whose values come from Kubernetes Secrets: neither in the Pod nor in Pulumi's state. With one that is
   * neither Authorization nor Cookie, redirects fail the step (curl exit code 47): curl would send it to the new host.
   * Refused where the app could see the same key of the same Secret.
   */
  secretHeaders?: Record<string, SecretKey>;
  /** Certificates (PEM) of the authorities that are trusted, in place of the image's. */
  ca?: pulumi.Input<string>;
  /** Proxy that is asked through: http://, https:// or socks5h://. Default: none. */
  proxy?: pulumi.Input<string>;
  /** Tries in all, 1 or more; between them 1, 2, 4, … seconds. Only what can pass is tried again. Default: 3. */
  attempts?: number;
  /** Seconds that one try may take. Default: 120. */
  timeoutSeconds?: number;
  /** Seconds that connecting may take. Default: 10. */
  connectTimeoutSeconds?: number;
  /** Octal permissions of the file. Default: "0644". */
  mode?: string;
}

const defaults = { attempts: 3, timeoutSeconds: 120, connectTimeoutSeconds: 10, mode: "0644" } as const;

/** The plan of a step that fetches a file. */
export function download(value: Download): StepPlan {
  const { to, sha256 } = value;
  return {
    image: defaultImages.curl,
    canBeSidecar: false,
    timeoutSeconds: requestSeconds({ ...defaults, ...value }) + graceSeconds,
    writes: typeof to === "string" ? [to] : [],
    variables: [],
    secrets: headerSecrets(value),
    problems: (field) => [
      ...requestProblems(value, field),
      ...problemsInOptional(`${field}.sha256`, sha256, sha256Check),
    ],
    container: (field, leaves) => ({
      command: requestCommand,
      env: [
        ...requestEnvironment(value, defaults, field, leaves),
        ...(sha256 === undefined
          ? []
          : [{ name: variables.sha256, value: lowerCase(leaves.checked(sha256, `${field}.sha256`, sha256Check)) }]),
      ],
    }),
    volumes: (field, leaves) => connectionVolumes(value, field, leaves),
  };
}

function lowerCase(input: pulumi.Input<string>): pulumi.Input<string> {
  return isPlain(input) ? input.toLowerCase() : pulumi.output(input).apply((text) => text.toLowerCase());
}
