import type * as pulumi from "@pulumi/pulumi";
import { connectionVolumes, type EnvVar, headerSecrets, type Leaves, secretVariable } from "../environment";
import {
  allOf,
  defaultImages,
  hiddenValue,
  nonEmpty,
  type Problem,
  problemsInOptional,
  type SecretKey,
  secretKeyProblems,
  variableSize,
} from "../values";
import { graceSeconds, type OwnVolume, type StepPlan } from "./plan";
import { variables } from "./scripts/download";
import { requestCommand, requestEnvironment, requestProblems, requestSeconds } from "./scripts/request";

/**
 * Asks a server for credentials and leaves its answer as a file in memory, which this step and the app alone see. What is
 * needed to ask stays in this step. Its log never shows the answer.
 */
export interface Credentials {
  /** Address that is asked: http:// or https://. Redirects are followed, never from https to http. */
  url: pulumi.Input<string>;
  /**
   * Absolute path of the file. The folder that it lies in becomes a volume in memory, which the app mounts read-only, and no
   * other step but those of this kind that write there too.
   */
  to: string;
  /**
   * Sends a token of the Pod's ServiceAccount for this audience as bearer, so that no stored secret is needed. The server
   * checks it by the cluster's OIDC keys. It is mounted in this step alone, and lives for ten minutes.
   *
   * Source: https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken
   */
  audience?: pulumi.Input<string>;
  /** HTTP headers to send. A value that is a Pulumi secret is kept in a Kubernetes Secret. */
  headers?: Record<string, pulumi.Input<string>>;
  /**
   * HTTP headers whose values come from Kubernetes Secrets, as a download has them. Refused where the app could see the same
   * key of the same Secret.
   */
  secretHeaders?: Record<string, SecretKey>;
  /** Text to send by POST. Default: a GET. A Pulumi secret is kept in a Kubernetes Secret. */
  body?: pulumi.Input<string>;
  /** The same from a Kubernetes Secret. Refused where the app could see the same key of the same Secret. */
  secretBody?: SecretKey;
  /** Certificates (PEM) of the authorities that are trusted, in place of the image's. */
  ca?: pulumi.Input<string>;
  /** Proxy that is asked through: http://, https:// or socks5h://. Default: none. */
  proxy?: pulumi.Input<string>;
  /** Tries in all, 1 or more; between them 1, 2, 4, … seconds. Only what can pass is tried again. Default: 3. */
  attempts?: number;
  /** Seconds that one try may take. Default: 60. */
  timeoutSeconds?: number;
  /** Seconds that connecting may take. Default: 10. */
  connectTimeoutSeconds?: number;
  /**
   * Octal permissions of the file. The app may run as another user than the step, and nobody else mounts the folder: so all
   * may read it by default. Where both have the same user, as under "restricted", "0400" will do. Default: "0444".
   */
  mode?: string;
}

const defaults = { attempts: 3, timeoutSeconds: 60, connectTimeoutSeconds: 10, mode: "0444" } as const;
const bodyText = allOf(nonEmpty, variableSize(variables.body));
const tokenFolder = "/init-pod/token";
const tokenFile = "token";
/** The shortest that Kubernetes grants. Source: https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/volume/ */
const tokenSeconds = 600;

/** The plan of a step that fetches credentials. */
export function credentials(value: Credentials): StepPlan {
  const { to, secretBody } = value;
  return {
    image: defaultImages.curl,
    canBeSidecar: false,
    timeoutSeconds: requestSeconds({ ...defaults, ...value }) + graceSeconds,
    writes: [],
    secretWrites: typeof to === "string" ? [to] : [],
    variables: [],
    secrets: { ...headerSecrets(value), ...(secretBody === undefined ? {} : { secretBody }) },
    problems: (field) => [...requestProblems(value, field), ...ownProblems(value, field)],
    container: (field, leaves) => ({
      command: requestCommand,
      env: [...requestEnvironment(value, defaults, field, leaves), ...ownEnvironment(value, field, leaves)],
    }),
    volumes: (field, leaves) => [...connectionVolumes(value, field, leaves), ...tokenVolumes(value, field, leaves)],
  };
}

function ownProblems({ audience, body, secretBody, headers, secretHeaders }: Credentials, field: string): Problem[] {
  const sent = Object.keys({ ...headers, ...secretHeaders });
  return [
    ...problemsInOptional(`${field}.audience`, audience, nonEmpty),
    ...problemsInOptional(`${field}.body`, body, bodyText, () => hiddenValue),
    ...(secretBody === undefined ? [] : secretKeyProblems(`${field}.secretBody`, secretBody)),
    ...(body !== undefined && secretBody !== undefined
      ? [{ field: `${field}.secretBody`, value: "", fix: "is in body as well; keep one of them" }]
      : []),
    ...(audience !== undefined && sent.some((name) => name.toLowerCase() === "authorization")
      ? [
          {
            field: `${field}.audience`,
            value: "",
            fix: "is sent as Authorization, which is among the headers; keep one",
          },
        ]
      : []),
  ];
}

function ownEnvironment({ audience, body, secretBody }: Credentials, field: string, leaves: Leaves): EnvVar[] {
  const { variable, secret } = leaves;
  return [
    { name: variables.isSecret, value: "1" },
    ...(audience === undefined ? [] : [{ name: variables.token, value: `${tokenFolder}/${tokenFile}` }]),
    ...(body === undefined ? [] : [variable(variables.body, body, `${field}.body`, bodyText)]),
    ...(secretBody === undefined ? [] : [secretVariable(variables.body, secret(secretBody, `${field}.secretBody`))]),
  ];
}

function tokenVolumes({ audience }: Credentials, field: string, { checked }: Leaves): OwnVolume[] {
  if (audience === undefined) return [];
  const serviceAccountToken = {
    audience: checked(audience, `${field}.audience`, nonEmpty),
    expirationSeconds: tokenSeconds,
    path: tokenFile,
  };
  return [{ suffix: "token", mountPath: tokenFolder, source: { projected: { sources: [{ serviceAccountToken }] } } }];
}
