import type * as pulumi from "@pulumi/pulumi";
import { downloadName } from "../../../contract";
import {
  type Connection,
  connectionEnvironment,
  connectionProblems,
  type EnvVar,
  escapeExpansion,
  headerEnvironment,
  headerProblems,
  type Headers,
  type Leaves,
} from "../../environment";
import {
  allOf,
  fileMode,
  httpUrl,
  type Problem,
  problemsIn,
  problemsInOptional,
  seconds,
  shownUrl,
  variableSize,
  wholeNumber,
  writtenPath,
} from "../../values";
import { downloadScript, variables } from "./download";

/** What is asked of a server, and where its answer goes. */
export interface Request extends Headers, Connection {
  url: pulumi.Input<string>;
  to: string;
  attempts?: number;
  timeoutSeconds?: number;
  connectTimeoutSeconds?: number;
  mode?: string;
}

/** Enough for every honest chain of redirects. */
const redirects = 10;
/** Headers that curl itself drops when a redirect leads to another host. Source: https://curl.se/docs/manpage.html#-H */
const droppedOnRedirect = new Set(["authorization", "cookie"]);

/** Runs the script. Kubernetes expands $(…) in arguments; the script has its own. */
export const requestCommand = ["sh", "-c", escapeExpansion(downloadScript), downloadName];

const url = allOf(httpUrl, variableSize(variables.url));

export function requestProblems(value: Request, field: string): Problem[] {
  return [
    // An address often carries a key: it is shown only as far as it is surely none.
    ...problemsIn(`${field}.url`, value.url, url, shownUrl),
    ...problemsIn(`${field}.to`, value.to, writtenPath),
    ...problemsInOptional(`${field}.attempts`, value.attempts, wholeNumber(1)),
    ...problemsInOptional(`${field}.timeoutSeconds`, value.timeoutSeconds, seconds),
    ...problemsInOptional(`${field}.connectTimeoutSeconds`, value.connectTimeoutSeconds, seconds),
    ...problemsInOptional(`${field}.mode`, value.mode, fileMode),
    ...headerProblems(value, field),
    ...connectionProblems(value, field),
  ];
}

/** Most seconds that all tries take together, with the pauses that curl makes between them: 1, 2, 4, … seconds. */
export function requestSeconds({
  attempts,
  timeoutSeconds,
}: Required<Pick<Request, "attempts" | "timeoutSeconds">>): number {
  const pauses = Math.max(0, attempts - 1);
  const growing = Math.min(pauses, doublings);
  return attempts * timeoutSeconds + 2 ** growing - 1 + (pauses - growing) * longestPauseSeconds;
}

/** How often a pause is twice the last one, and what it is then. Source: https://curl.se/docs/manpage.html#--retry */
const doublings = 10;
const longestPauseSeconds = 600;

/** What the script is told; `defaults` are those of the kind. */
export function requestEnvironment(
  value: Request,
  defaults: Required<Pick<Request, "attempts" | "timeoutSeconds" | "connectTimeoutSeconds" | "mode">>,
  field: string,
  leaves: Leaves,
): EnvVar[] {
  const { attempts, timeoutSeconds, connectTimeoutSeconds, mode } = { ...defaults, ...value };
  const mayRedirect = Object.keys(value.secretHeaders ?? {}).every((name) => droppedOnRedirect.has(name.toLowerCase()));
  return [
    leaves.variable(variables.url, value.url, `${field}.url`, url),
    { name: variables.to, value: escapeExpansion(value.to) },
    { name: variables.mode, value: mode },
    { name: variables.attempts, value: String(attempts) },
    { name: variables.timeout, value: String(timeoutSeconds) },
    { name: variables.connectTimeout, value: String(connectTimeoutSeconds) },
    { name: variables.redirects, value: String(mayRedirect ? redirects : 0) },
    ...headerEnvironment(value, field, leaves),
    ...connectionEnvironment(value, field, leaves),
  ];
}
