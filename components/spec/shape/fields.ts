import { ForwardProtocol } from "../../contract";
import {
  type AppContainer,
  type EmptyDir,
  ForwardMode,
  type ForwardSettings,
  type InitPodArgs,
  type InitStep,
  MountIn,
  Security,
  type ServiceSettings,
  ServiceType,
  type Volume,
} from "..";
import type { Download } from "../steps/download";
import type { Run } from "../steps/run";
import type { HttpAnswer, NamedObject, WaitFor } from "../steps/waitFor";
import {
  type Check,
  dnsLabel,
  fileMode,
  flag,
  headerValue,
  hostAndPort,
  httpPath,
  httpUrl,
  image,
  labelValue,
  mountPath,
  nonEmpty,
  objectName,
  oneOf,
  port,
  quantity,
  seconds,
  type SecretKey,
  secretKey,
  sha256,
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
const secretKeys = map(fields<SecretKey>({ secret: input(objectName), key: input(secretKey) }));

const download = fields<Download>({
  url: input(httpUrl, true),
  to: plain("string", writtenPath),
  sha256: input(sha256),
  headers: map(input(headerValue, true)),
  secretHeaders: secretKeys,
  attempts: plain("number", wholeNumber(1)),
  timeoutSeconds: plain("number", seconds),
  connectTimeoutSeconds: plain("number", seconds),
  mode: plain("string", fileMode),
});

const named = (name: Check): Shape => fields<NamedObject>({ name: input(name), namespace: input(dnsLabel) });

const waitFor = fields<WaitFor>({
  tcp: input(hostAndPort),
  http: fields<HttpAnswer>({
    url: input(httpUrl, true),
    status: plain("number", wholeNumber(100, 599)),
    headers: map(input(headerValue, true)),
    secretHeaders: secretKeys,
  }),
  job: named(objectName),
  pod: named(objectName),
  service: named(dnsLabel),
  timeoutSeconds: plain("number", seconds),
  intervalSeconds: plain("number", seconds),
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
  run,
  container: raw(containerPlace),
  image: input(image),
  sidecar: plain("boolean", flag),
  retries: plain("number", wholeNumber(0)),
  secretEnv: secretKeys,
  resources: raw(resourcesPlace),
});

const app = fields<AppContainer>({
  name: plain("string", dnsLabel),
  image: input(image),
  port: plain("number", port),
  command: list(input(text, true)),
  args: list(input(text, true)),
  env: variables,
  secretEnv: secretKeys,
  readyPath: input(httpPath),
  resources: raw(resourcesPlace),
  container: raw(containerPlace),
});

const volume = fields<Volume>({
  mountPath: plain("string", mountPath),
  mountIn: word(MountIn),
  readOnly: plain("boolean", flag),
  emptyDir: fields<EmptyDir>({
    sizeLimit: { is: "leaf", types: ["string", "number"], check: quantity, input: true, hidden: false },
    memory: plain("boolean", flag),
  }),
  configMap: input(objectName),
  secret: input(objectName),
  claim: input(objectName),
});

/** All fields of the arguments. */
export const argsShape: Shape = fields<InitPodArgs>({
  init: list(step),
  container: app,
  volumes: map(volume),
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
  namespace: input(dnsLabel),
  labels: map(input(labelValue)),
  annotations: map(input(text)),
  timeoutSeconds: plain("number", seconds),
  retries: plain("number", wholeNumber(0)),
  podSpec: raw(podSpecPlace),
});
