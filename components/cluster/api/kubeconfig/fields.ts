/**
 * The entries of a kubeconfig, field by field. Source: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
 *
 * A field that is empty or null is as one that is missing, and one of another type is refused, as by kubectl. What is not a
 * field of kubeconfigs is ignored.
 */
export interface Cluster {
  server?: string;
  "tls-server-name"?: string;
  "insecure-skip-tls-verify"?: boolean;
  "certificate-authority"?: string;
  "certificate-authority-data"?: string;
  "proxy-url"?: string;
  "disable-compression"?: boolean;
  extensions?: readonly { name?: string; extension?: unknown }[];
}

export interface User {
  "client-certificate"?: string;
  "client-certificate-data"?: string;
  "client-key"?: string;
  "client-key-data"?: string;
  token?: string;
  tokenFile?: string;
  as?: string;
  "as-uid"?: string;
  "as-groups"?: readonly string[];
  "as-user-extra"?: Readonly<Record<string, readonly string[]>>;
  username?: string;
  password?: string;
  "auth-provider"?: AuthProvider;
  exec?: ExecPlugin;
  extensions?: readonly object[];
}

export interface Context {
  cluster?: string;
  user?: string;
  namespace?: string;
  extensions?: readonly object[];
}

export interface AuthProvider {
  name?: string;
  config?: Readonly<Record<string, string>>;
}

export interface ExecPlugin {
  command?: string;
  args?: readonly string[];
  env?: readonly { name?: string | null; value?: string | null }[];
  apiVersion?: string;
  installHint?: string;
  provideClusterInfo?: boolean;
  interactiveMode?: string;
}

interface Kind {
  /** Completes "must be …". */
  name: string;
  takes: (value: unknown) => boolean;
}

const isText = (value: unknown): boolean => typeof value === "string";
const listOf = (takes: (value: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.every(takes);
const mapOf = (takes: (value: unknown) => boolean) => (value: unknown) =>
  isObject(value) && Object.values(value).every(takes);

const text: Kind = { name: "a text (a number or a date takes quotes in YAML)", takes: isText };
const flag: Kind = { name: "true or false, without quotes", takes: (value) => typeof value === "boolean" };
const texts: Kind = { name: "a list of texts", takes: listOf(isText) };
const objects: Kind = { name: "a list of objects", takes: listOf(isObject) };
const object: Kind = { name: "an object", takes: isObject };
const textMap: Kind = { name: "a map of texts", takes: mapOf(isText) };
const textsMap: Kind = { name: "a map of lists of texts", takes: mapOf(listOf(isText)) };
const variables: Kind = {
  name: "a list of objects with the texts name and value",
  takes: listOf((value) => mapOf((each) => isText(each) || each === null)(value)),
};

type Table<T> = Readonly<Record<keyof T, Kind>>;

export const clusterFields: Table<Cluster> = {
  server: text,
  "tls-server-name": text,
  "insecure-skip-tls-verify": flag,
  "certificate-authority": text,
  "certificate-authority-data": text,
  "proxy-url": text,
  "disable-compression": flag,
  extensions: objects,
};

export const userFields: Table<User> = {
  "client-certificate": text,
  "client-certificate-data": text,
  "client-key": text,
  "client-key-data": text,
  token: text,
  tokenFile: text,
  as: text,
  "as-uid": text,
  "as-groups": texts,
  "as-user-extra": textsMap,
  username: text,
  password: text,
  "auth-provider": object,
  exec: object,
  extensions: objects,
};

export const contextFields: Table<Context> = { cluster: text, user: text, namespace: text, extensions: objects };

export const authProviderFields: Table<AuthProvider> = { name: text, config: textMap };

export const execFields: Table<ExecPlugin> = {
  command: text,
  args: texts,
  env: variables,
  apiVersion: text,
  installHint: text,
  provideClusterInfo: flag,
  interactiveMode: text,
};

/** The fields of an entry that say something. `problems` gets a sentence for each of another type, without its value. */
export function fieldsOf<T extends object>(entry: unknown, table: Table<T>, problems: string[], within = ""): T {
  if (entry === undefined || entry === null) return {} as T;
  if (!isObject(entry)) {
    problems.push(`${within === "" ? "it" : within} must be an object`);
    return {} as T;
  }
  const said = Object.entries(table as Record<string, Kind>).flatMap(([name, kind]) => {
    const value = entry[name];
    if (value === undefined || value === null || value === "") return [];
    if (kind.takes(value)) return [[name, value]];
    problems.push(`${within === "" ? name : `${within}.${name}`} must be ${kind.name}`);
    return [];
  });
  return Object.fromEntries(said) as T;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text that says something. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
