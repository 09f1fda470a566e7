import { execFile, type ExecFileException } from "node:child_process";
import { readFileSync } from "node:fs";
import { cleanLine } from "../../../text";
import { KubeconfigError } from "../errors";
import { belongTogether, holdsCertificate, holdsKey } from "./certificates";
import { type Cluster, type ExecPlugin, textOf } from "./fields";

/** What a plugin gives. */
export interface PluginCredentials {
  token?: string;
  /** As PEM. */
  cert?: string;
  /** As PEM. */
  key?: string;
}

/** Gives the credentials; runs the plugin where there are none yet, or where they have expired. */
export type Plugin = () => Promise<PluginCredentials>;

/** For a plugin that asks a person to log in, in a browser. */
const timeoutMs = 120_000;
/** Of what a plugin prints. */
const mostBytes = 1024 * 1024;
/** The extension of a cluster that is meant for its plugin. */
const pluginExtension = "client.authentication.k8s.io/exec";

/**
 * A credential plugin, as kubectl runs it without a terminal: with nothing to read, and told in `KUBERNETES_EXEC_INFO` what
 * it is asked for. Its KubeconfigError has no word of what the plugin printed but its errors.
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#input-and-output-formats
 */
export function credentialPlugin(exec: ExecPlugin, cluster: Cluster): Plugin {
  let had: { credentials: PluginCredentials; until: number } | undefined;
  return async () => {
    if (had === undefined || had.until <= Date.now()) had = answerOf(await run(exec, cluster), exec);
    return had.credentials;
  };
}

function run(exec: ExecPlugin, cluster: Cluster): Promise<string> {
  const own = (exec.env ?? []).map(({ name, value }) => [name ?? "", value ?? ""]);
  const env = {
    ...process.env,
    ...(Object.fromEntries(own) as Record<string, string>),
    KUBERNETES_EXEC_INFO: JSON.stringify(infoFor(exec, cluster)),
  };
  return new Promise((resolve, reject) => {
    const options = { env, timeout: timeoutMs, killSignal: "SIGKILL", maxBuffer: mostBytes } as const;
    const child = execFile(exec.command ?? "", exec.args ?? [], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(failed(exec, whyNot(error, stderr)));
    });
    child.stdin?.on("error", () => undefined).end();
  });
}

function infoFor({ apiVersion, provideClusterInfo = false }: ExecPlugin, cluster: Cluster): object {
  const authority = cluster["certificate-authority"];
  const told = {
    server: cluster.server,
    "tls-server-name": cluster["tls-server-name"],
    "insecure-skip-tls-verify": cluster["insecure-skip-tls-verify"],
    "certificate-authority-data":
      authority === undefined ? cluster["certificate-authority-data"] : readFileSync(authority).toString("base64"),
    "proxy-url": cluster["proxy-url"],
    "disable-compression": cluster["disable-compression"],
    config: cluster.extensions?.find(({ name }) => name === pluginExtension)?.extension,
  };
  const spec = { interactive: false, ...(provideClusterInfo ? { cluster: told } : {}) };
  return { apiVersion, kind: "ExecCredential", spec };
}

function whyNot({ code, signal, killed = false, message }: ExecFileException, stderr: string): string {
  if (killed) return `no answer within ${timeoutMs / 1000} s`;
  // It did not start, or prints too much.
  if (typeof code === "string") return message;
  // The error's own text has all arguments from here on, one of which may be a secret.
  const words = stderr.trim().split("\n").map(cleanLine).join("\n");
  const end = typeof code === "number" ? `exit code ${code}` : `signal ${signal}`;
  return words === "" ? `it ended with ${end} and said nothing` : words;
}

function answerOf(printed: string, exec: ExecPlugin): { credentials: PluginCredentials; until: number } {
  const { apiVersion, kind, status } = parsed(printed, exec);
  if (kind !== "ExecCredential" || apiVersion !== exec.apiVersion) {
    const got = [apiVersion, kind].map((part) => cleanLine(String(part)).slice(0, 80)).join(" ");
    throw failed(exec, `it answers with ${got}, and the kubeconfig asks for ${exec.apiVersion} ExecCredential`);
  }
  const credentials = {
    token: textOf(status?.token),
    cert: textOf(status?.clientCertificateData),
    key: textOf(status?.clientKeyData),
  };
  const problem = problemOf(credentials);
  if (problem !== undefined) throw failed(exec, problem);
  const until = Date.parse(textOf(status?.expirationTimestamp) ?? "");
  return { credentials, until: Number.isNaN(until) ? Infinity : until };
}

interface Answer {
  apiVersion?: unknown;
  kind?: unknown;
  status?: Record<string, unknown> | null;
}

function parsed(printed: string, exec: ExecPlugin): Answer {
  try {
    const answer = JSON.parse(printed) as unknown;
    if (typeof answer === "object" && answer !== null) return answer;
  } catch {
    // The parser's own words quote what may be a token.
  }
  throw failed(exec, "its answer is no JSON object");
}

function problemOf({ token, cert, key }: PluginCredentials): string | undefined {
  if ((cert === undefined) !== (key === undefined)) {
    return `its answer has ${cert === undefined ? "a key and no certificate" : "a certificate and no key"}`;
  }
  if (cert === undefined || key === undefined) {
    return token === undefined ? "its answer has neither a token nor a certificate with its key" : undefined;
  }
  const [certificate, privateKey] = [Buffer.from(cert), Buffer.from(key)];
  if (!holdsCertificate(certificate)) return "the certificate in its answer is none (PEM)";
  if (!holdsKey(privateKey)) return "the key in its answer is none (PEM)";
  return belongTogether(certificate, privateKey) ? undefined : "the key in its answer is not that of the certificate";
}

function failed({ command = "", installHint = "" }: ExecPlugin, why: string): KubeconfigError {
  // What the kubeconfig says of a plugin that is not there.
  const hint = why.includes("ENOENT") ? installHint.trim().split("\n").map(cleanLine).join("\n") : "";
  return new KubeconfigError(`${command}: ${why}${hint === "" ? "" : `. ${hint}`}`);
}
