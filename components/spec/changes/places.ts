/** What a path leads to, in words: `the image of app`. */
export interface Place {
  readonly words: string;
  /** Whether its values say something to people, and are theirs. */
  readonly showsValues?: boolean;
}

type Words = (of: string, match: readonly string[]) => Place;

const shown =
  (words: string): Words =>
  (of) => ({ words: `${words}${of}`, showsValues: true });

const hidden =
  (words: string): Words =>
  (of) => ({ words: `${words}${of}` });

/** Of a container, by what follows it in the path. The first that matches counts. */
const ofContainer: readonly (readonly [RegExp, Words])[] = [
  [/^image$/, shown("the image")],
  [/^env\[INIT_POD_HEADER_.*\]/, hidden("a header")],
  [
    /^env\[INIT_POD_(.+?)\]\.(?:name|value)$/,
    (of, [, name = ""]) => ({ words: `${spoken(name)}${of}`, showsValues: true }),
  ],
  [/^env\[INIT_POD_(.+?)\]\.valueFrom\./, (of, [, name = ""]) => ({ words: `the secret ${spoken(name)}${of}` })],
  [
    /^env\[(.+)\]\.value$/,
    (of, [, name = ""]) => ({ words: `the environment variable ${name}${of}`, showsValues: true }),
  ],
  [
    /^env\[(.+)\]\.valueFrom\.secretKeyRef\./,
    (of, [, name = ""]) => ({ words: `the secret value of the environment variable ${name}${of}` }),
  ],
  [/^env\[(.+)\]/, (of, [, name = ""]) => ({ words: `the environment variable ${name}${of}` })],
  [/^env\[\]$/, hidden("the order of the environment variables")],
  [/^envFrom/, hidden("the environment")],
  [/^(command|args)/, hidden("the command")],
  [/^ports\[(\d+)\]\.containerPort$/, shown("the port")],
  [/^ports/, hidden("the port")],
  [
    /^resources\.(requests|limits)\.(.+)$/,
    (of, [, list = "", what = ""]) => ({
      words: `the ${what} ${list === "limits" ? "limit" : "request"}${of}`,
      showsValues: true,
    }),
  ],
  [/^resources/, hidden("the resource setting")],
  [/^(readiness|liveness|startup)Probe/, (of, [, kind = ""]) => ({ words: `the ${kind} probe${of}` })],
  [/^volumeMounts/, hidden("what is mounted")],
  [/^securityContext/, hidden("the security context")],
  [/^restartPolicy(Rules)?/, hidden("how it is restarted")],
];

/** Of a Pod's spec. The first that matches counts. */
const ofSpec: readonly (readonly [RegExp, Words])[] = [
  [/^initContainers\[\]$/, () => ({ words: "the order of the steps" })],
  [/^containers\[\]$/, () => ({ words: "the order of the containers" })],
  [
    /^volumes\[(.+?)-(secret-)?files\]\.(configMap|secret)\./,
    (_, [, step = ""]) => ({ words: `what step ${step} writes` }),
  ],
  [/^volumes\[(.+?)\]/, (_, [, name = ""]) => ({ words: `the volume ${name}` })],
  [/^volumes\[\]$/, () => ({ words: "the order of the volumes" })],
  [/^terminationGracePeriodSeconds$/, () => ({ words: "the grace period", showsValues: true })],
  [/^serviceAccount(Name)?$/, () => ({ words: "the service account", showsValues: true })],
  [/^imagePullSecrets/, () => ({ words: "imagePullSecrets" })],
  [/^securityContext/, () => ({ words: "the security context of the Pod" })],
  [/^tolerations/, () => ({ words: "the list of tolerations" })],
  [/^(nodeSelector|affinity|topologySpreadConstraints)/, () => ({ words: "where the Pod may run" })],
];

/** Of labels and annotations, ours first. */
const ofMetadata: readonly (readonly [RegExp, Words])[] = [
  [/^annotations\.init-pod\.dev\/local-port$/, () => ({ words: "the local port", showsValues: true })],
  [/^annotations\.init-pod\.dev\/protocol$/, () => ({ words: "the protocol of the URL", showsValues: true })],
  [/^annotations\.init-pod\.dev\/port$/, () => ({ words: "the port that is forwarded", showsValues: true })],
  [/^annotations\.init-pod\.dev\/retries$/, () => ({ words: "how many retries are tolerated" })],
  [/^annotations\.init-pod\.dev\/timeouts$/, () => ({ words: "how long a step may take" })],
  [/^labels\.(.+)$/, (_, [, key = ""]) => ({ words: `the label ${key}`, showsValues: true })],
  [/^annotations\.(.+)$/, (_, [, key = ""]) => ({ words: `the annotation ${key}`, showsValues: true })],
];

/** Of a Service's spec. */
const ofService: readonly (readonly [RegExp, Words])[] = [
  [
    /^ports\[(.+?)\]\.(port|targetPort|nodePort)$/,
    (_, [, name = "", field = ""]) => ({ words: `${field} ${name} of the Service`, showsValues: true }),
  ],
  [/^ports/, () => ({ words: "the list of ports of the Service" })],
  [/^type$/, () => ({ words: "the type of the Service", showsValues: true })],
  [/^(.+)$/, (_, [, path = ""]) => ({ words: `${path} of the Service` })],
];

/** What a path of an object leads to; its own text where no line of the table fits. `app` names the app's container. */
export function placeOf(path: string, app: string, isOfService = false): Place {
  if (isOfService) return found(ofService, path, "") ?? { words: path };
  const inContainer = /^(initContainers|containers)\[(.+?)\](?:\.(.+))?$/.exec(path);
  if (inContainer !== null) {
    const [, list = "", name = "", rest] = inContainer;
    if (rest === undefined) return { words: containerWords(list, name, app) };
    return found(ofContainer, rest, ` of ${containerWords(list, name, app)}`) ?? { words: path };
  }
  return found(ofSpec, path, "") ?? found(ofMetadata, path, "") ?? { words: path };
}

/** A container as it is spoken of; `list` is where it stands. */
export function containerWords(list: string, name: string, app: string): string {
  if (list === "initContainers") return `step ${name}`;
  return name === app ? name : `container ${name}`;
}

function found(table: readonly (readonly [RegExp, Words])[], path: string, of: string): Place | undefined {
  for (const [pattern, words] of table) {
    const match = pattern.exec(path);
    if (match !== null) return words(of, match);
  }
  return undefined;
}

/** A variable of a step's script by the argument that it has: CONNECT_TIMEOUT_SECONDS is connectTimeoutSeconds. */
function spoken(variable: string): string {
  return variable.toLowerCase().replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
