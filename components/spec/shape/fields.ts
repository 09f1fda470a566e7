import { ForwardProtocol } from "../../contract";
import {
  type AppContainer,
  type EmptyDir,
  ForwardMode,
  type ForwardSettings,
  type GeneratedSecret,
  type InitPodArgs,
  type InitStep,
  MountIn,
  Security,
  type ServiceSettings,
  ServiceType,
  type StartWhen,
  type Volume,
} from "..";
import { CopyBy, type CopyFromImage } from "../steps/copyFromImage";
import type { Credentials } from "../steps/credentials";
import type { Download } from "../steps/download";
import type { Files } from "../steps/files";
import type { GitClone } from "../steps/gitClone";
import type { Run } from "../steps/run";
import type { HttpAnswer, NamedObject, WaitFor } from "../steps/waitFor";
import {
  absolutePath,
  basicUser,
  type Check,
  dnsLabel,
  fileMode,
  flag,
  gitAddress,
  gitCommit,
  gitFolder,
  gitRef,
  headerValue,
  hostAndPort,
  httpPath,
  httpUrl,
  image,
  knownHosts,
  labelValue,
  mountPath,
  nonEmpty,
  objectName,
  oneOf,
  passwordLength,
  pemCertificates,
  port,
  proxyUrl,
  quantity,
  registry,
  relativePath,
  seconds,
  type SecretKey,
  secretKey,
  sha256,
  specialCharacters,
  text,
  wholeNumber,
  writtenPath,
} from "../values";
import { containerPlace, type Place, podSpecPlace, resourcesPlace, serviceSpecPlace } from "./places";

/** What may stand at a place of the arguments. */
export type Shape =
  | {
      readonly is: "leaf";
      /** What it is in JavaScript. */
      readonly types: readonly ("string" | "number" | "boolean")[];
      /** What it must be beyond this. */
      readonly check: Check;
      /** Whether it may be an Output. */
      readonly input: boolean;
      /** Whether it may be a secret, which is not shown. */
      readonly hidden: boolean;
    }
  | { readonly is: "fields"; readonly fields: Readonly<Record<string, Shape>> }
  | { readonly is: "map"; readonly of: Shape }
  | { readonly is: "list"; readonly of: Shape }
  /** Fields of Kubernetes: JSON with Outputs anywhere. */
  | { readonly is: "raw"; readonly at: Place };

/** Each field of an interface of the arguments: a field that is new there is missing here until it has a shape. */
type FieldsOf<T> = { readonly [Name in keyof Required<T>]: Shape };

function fields<T>(all: FieldsOf<T>): Shape {
  return { is: "fields", fields: all };
}

const plain = (type: "string" | "number" | "boolean", check: Check): Shape => ({
  is: "leaf",
  types: [type],
  check,
  input: false,
  hidden: false,
});
const input = (check: Check, hidden = false): Shape => ({
  is: "leaf",
  types: ["string"],
  check,
  input: true,
  hidden,
});
const inputNumber = (check: Check): Shape => ({ is: "leaf", types: ["number"], check, input: true, hidden: false });
const map = (of: Shape): Shape => ({ is: "map", of });
const list = (of: Shape): Shape => ({ is: "list", of });
const raw = (at: Place): Shape => ({ is: "raw", at });
const word = (words: object): Shape => plain("string", oneOf(Object.values(words) as string[]));

const variables = map(input(text, true));
const secretKeyField = fields<SecretKey>({ secret: input(objectName), key: input(secretKey) });
const secretKeys = map(secretKeyField);

const server = {
  url: input(httpUrl, true),
  headers: map(input(headerValue, true)),
  secretHeaders: secretKeys,
  ca: input(pemCertificates, true),
  proxy: input(proxyUrl, true),
};
const request = {
  ...server,
  to: plain("string", writtenPath),
  attempts: plain("number", wholeNumber(1)),
  timeoutSeconds: plain("number", seconds),
  connectTimeoutSeconds: plain("number", seconds),
  mode: plain("string", fileMode),
};
const download = fields<Download>({ ...request, sha256: input(sha256) });
const credentials = fields<Credentials>({
  ...request,
  audience: input(nonEmpty),
  body: input(nonEmpty, true),
  secretBody: secretKeyField,
});

const files = fields<Files>({
  contents: map(input(text, true)),
  templates: map(input(text, true)),
  env: variables,
  mode: plain("string", fileMode),
  modes: map(plain("string", fileMode)),
});

const named = (name: Check): Shape => fields<NamedObject>({ name: input(name), namespace: input(dnsLabel) });

const waitFor = fields<WaitFor>({
  tcp: input(hostAndPort),
  http: fields<HttpAnswer>({ ...server, status: plain("number", wholeNumber(100, 599)) }),
  job: named(objectName),
  pod: named(objectName),
  service: named(dnsLabel),
  timeoutSeconds: plain("number", seconds),
  intervalSeconds: plain("number", seconds),
});

const copyFromImage = fields<CopyFromImage>({
  image: input(image),
  from: plain("string", absolutePath),
  to: plain("string", writtenPath),
  by: word(CopyBy),
});
const gitClone = fields<GitClone>({
  repo: input(gitAddress, true),
  to: plain("string", writtenPath),
  ref: input(gitRef),
  commit: input(gitCommit),
  depth: plain("number", wholeNumber(0)),
  folder: plain("string", gitFolder),
  submodules: plain("boolean", flag),
  keepGit: plain("boolean", flag),
  token: secretKeyField,
  username: plain("string", basicUser),
  sshKey: secretKeyField,
  knownHosts: input(knownHosts),
  attempts: plain("number", wholeNumber(1)),
  timeoutSeconds: plain("number", seconds),
});

const run = fields<Run>({
  script: input(nonEmpty, true),
  command: list(input(text, true)),
  shell: list(plain("string", nonEmpty)),
  env: variables,
  writes: list(plain("string", writtenPath)),
});

const step = fields<InitStep>({
  name: plain("string", dnsLabel),
  waitFor,
  download,
  credentials,
  files,
  gitClone,
  copyFromImage,
  run,
  container: raw(containerPlace),
  image: input(image),
  sidecar: plain("boolean", flag),
  startWhen: fields<StartWhen>({ port: plain("number", port), command: list(input(text, true)) }),
  retries: plain("number", wholeNumber(0)),
  timeoutSeconds: plain("number", seconds),
  secretEnv: secretKeys,
  resources: raw(resourcesPlace),
  securityContext: raw({}),
});

const app = fields<AppContainer>({
  name: plain("string", dnsLabel),
  image: input(image),
  port: plain("number", port),
  command: list(input(text, true)),
  args: list(input(text, true)),
  env: variables,
  secretEnv: secretKeys,
  writes: list(plain("string", absolutePath)),
  readyPath: input(httpPath),
  resources: raw(resourcesPlace),
  container: raw(containerPlace),
});

const volume = fields<Volume>({
  mountPath: plain("string", mountPath),
  subPath: plain("string", relativePath),
  mountIn: word(MountIn),
  readOnly: plain("boolean", flag),
  emptyDir: fields<EmptyDir>({
    sizeLimit: { is: "leaf", types: ["string", "number"], check: quantity, input: true, hidden: false },
    memory: plain("boolean", flag),
  }),
  configMap: input(objectName),
  secret: input(objectName),
  items: map(plain("string", relativePath)),
  mode: plain("string", fileMode),
  claim: input(objectName),
});

/** All fields of the arguments. */
export const argsShape: Shape = fields<InitPodArgs>({
  init: list(step),
  container: app,
  volumes: map(volume),
  generate: map(
    fields<GeneratedSecret>({
      length: plain("number", passwordLength),
      special: plain("string", specialCharacters),
      keepers: map(input(text)),
      shared: plain("boolean", flag),
    }),
  ),
  service: fields<ServiceSettings>({
    type: word(ServiceType),
    port: plain("number", port),
    spec: raw(serviceSpecPlace),
  }),
  security: word(Security),
  forward: fields<ForwardSettings>({
    mode: word(ForwardMode),
    localPort: inputNumber(port),
    protocol: word(ForwardProtocol),
  }),
  imagePullSecrets: list(input(objectName)),
  imageRegistry: input(registry),
  namespace: input(dnsLabel),
  labels: map(input(labelValue)),
  annotations: map(input(text)),
  timeoutSeconds: plain("number", seconds),
  retries: plain("number", wholeNumber(0)),
  podSpec: raw(podSpecPlace),
});
