import type { FailureFacts } from "./facts";
import { hasRun, isOverTime } from "./headline";
import { hintsOf } from "./hints/hints";
import { ofPull, quoted } from "./hints/image";
import { containerPatch, isRestrictedByDefault, userOf } from "./hints/inForce";
import { killedAdvice, probeAdvice } from "./hints/probe";
import { ofStart, ofSubPath } from "./hints/start";
import type { Advice } from "./hints/types";
import { type Missing, missingFor } from "./missing";

type Rule = (facts: FailureFacts, message: string) => Advice[];

/** What helps against a failure, by its reason and by what was said of it. */
export function failureAdvice(facts: FailureFacts, logLines: readonly string[]): Advice[] {
  const { reason, exitCode, message = "", probe } = facts.verdict;
  const waits = isOverTime(facts.verdict) || logLines.length === 0;
  const hints = didItsWork(facts) ? hintsOf(facts, logLines, waits) : [];
  const rule = probe !== undefined ? ofProbe : exitCode === undefined ? rules[reason] : ofExit;
  const byReason = rule?.(facts, message) ?? [];
  return byReason.length > 0 || hints.length > 0 ? [...hints, ...byReason] : ofMessage(facts, message);
}

/** Whether the container itself got to do what it does, and was not stopped for the memory that it took. */
function didItsWork({ verdict, status }: FailureFacts): boolean {
  if (hasRun(verdict)) return verdict.reason !== "OOMKilled";
  return isOverTime(verdict) && status?.state?.running !== undefined;
}

const rules: Readonly<Record<string, Rule>> = {
  InvalidImageName: ({ image }) => [
    { text: `Write ${quoted(image)} as REGISTRY/NAME:TAG, in lower case and without spaces.` },
  ],
  ErrImagePull: ofPull,
  ImagePullBackOff: ofPull,
  RegistryUnavailable: ofPull,
  ErrImageNeverPull: ({ image }) => [
    { text: `Load ${quoted(image)} onto the node, or set another imagePullPolicy than "Never".` },
  ],
  CreateContainerConfigError: ofConfiguration,
  CreateContainerError: ofStart,
  RunContainerError: ofStart,
  StartError: ofStart,
  ContainerCannotRun: ofStart,
  FailedMount: ofConfiguration,
  Unschedulable: ofScheduling,
  Evicted: ofEviction,
  DeadlineExceeded: () => [
    { text: "Raise activeDeadlineSeconds in podSpec, or leave it out: it also ends a Pod that serves." },
  ],
  Deleted: () => [{ text: "Somebody or something else deleted it: a person, a quota, a drained node." }],
  LabelMissing: ofMarks,
  AnnotationMissing: ofMarks,
  Completed: ofCompletion,
  StepTimeout: ofStepTimeout,
  Timeout: ofTimeout,
};

function ofCompletion({ role, container = "" }: FailureFacts): Advice[] {
  const text =
    role === "sidecar"
      ? `A sidecar runs on beside the app. Where "${container}" is to end before the app starts, leave sidecar: true out.`
      : "The app must stay in the foreground: a server that puts itself in the background ends its container.";
  return [{ text }];
}

function ofProbe(facts: FailureFacts): Advice[] {
  const probe = `${facts.verdict.probe?.kind ?? ""}Probe`;
  const time = "If it only needs more time, raise";
  return [...killedAdvice(facts), { text: `${time} failureThreshold or periodSeconds of its ${probe}.` }];
}

function ofMarks(): Advice[] {
  return [
    {
      text:
        "A transformation of the program, an admission policy of the cluster, or a person took it away. Labels and " +
        "annotations that start with init-pod.dev/ are to be left alone. What may change them in this cluster:",
      command: "kubectl get mutatingadmissionpolicies,mutatingwebhookconfigurations",
    },
  ];
}

function ofConfiguration(facts: FailureFacts, message: string): Advice[] {
  const { namespace } = facts;
  const subPath = ofSubPath(facts, message);
  if (subPath.length > 0) return subPath;
  const missing = missingFor(message);
  if (missing !== undefined) return [ofMissing(missing, namespace)];
  return /runAsNonRoot|non-root/.test(message) ? ofNonRoot(facts) : [];
}

function ofMissing({ kind, name = "", namespace: own, key }: Missing, namespace: string): Advice {
  if (key === undefined) {
    if (kind === "Secret") return creation(kind, "secret generic", name, namespace);
    if (kind === "ConfigMap") return creation(kind, "configmap", name, namespace);
    return { text: `Create the ${kind} "${name}" in namespace ${namespace}, before this Pod.` };
  }
  if (name === "") return { text: `Add the key "${key}" to the ${kind}, or correct the volume's items.` };
  return {
    text: `The ${kind} has no key "${key}". The keys that it has:`,
    command: `kubectl describe ${kind.toLowerCase()} ${name} -n ${own ?? namespace}`,
  };
}

function ofNonRoot(facts: FailureFacts): Advice[] {
  const allowed = isRestrictedByDefault(facts)
    ? 'security: "baseline"'
    : containerPatch(facts, "securityContext: { runAsNonRoot: false }");
  if (userOf(facts) === 0) {
    return [
      {
        text: "It is told to run as root, by runAsUser: 0, where nothing may. Name another number there, or allow it:",
        command: allowed,
      },
    ];
  }
  return [
    {
      text: `${quoted(facts.image)} runs as root, or as a user that it gives by name. Name a number that it works with:`,
      // What the Pod says is of no use where the container says something else.
      command:
        facts.spec?.securityContext?.runAsUser === undefined
          ? "podSpec: { securityContext: { runAsUser: 1000 } }"
          : containerPatch(facts, "securityContext: { runAsUser: 1000 }"),
    },
    { text: "or let the image decide, root included:", command: allowed },
  ];
}

function creation(kind: string, command: string, name: string, namespace: string): Advice {
  return {
    text: `Create the ${kind} "${name}" in namespace ${namespace}, in this program or by hand:`,
    command: `kubectl create ${command} ${name} -n ${namespace} --from-literal=KEY=VALUE`,
  };
}

function ofScheduling({ namespace, podSpec }: FailureFacts, message: string): Advice[] {
  const advice: [RegExp, string][] = [
    [
      /Insufficient (\S+?)[.,]?(?=\s|$)/,
      "Lower resources.requests, or add a node: a Pod needs room for the larger of its largest init step and its app.",
    ],
    [
      /untolerated taint|had taint/,
      hasTolerations(podSpec)
        ? "None of the Pod's tolerations fits these taints: correct podSpec.tolerations."
        : "Add podSpec.tolerations for the nodes' taints.",
    ],
    [
      /didn't match Pod's node affinity|node selector/,
      "Correct podSpec.nodeSelector or its affinity: no node has such labels.",
    ],
    [
      /unbound immediate PersistentVolumeClaims|persistentvolumeclaim .* not found/,
      `Check the claim and its storage class: kubectl get pvc -n ${namespace}.`,
    ],
    [
      /volume node affinity conflict/,
      "Its volume lives where no node fits: correct the node selection or the storage class.",
    ],
    [
      /didn't have free ports/,
      podSpec?.hostNetwork === true
        ? "With hostNetwork each of its ports is the node's, and another Pod has one: choose others, or leave it out."
        : "Another Pod holds the hostPort: leave it out. If that is the predecessor, set the option deleteBeforeReplace.",
    ],
    [/unschedulable/, "Nodes are cordoned: kubectl uncordon NODE."],
    [/no nodes available/, "The cluster has no node that takes Pods."],
  ];
  return advice.filter(([text]) => text.test(message)).map(([, text]) => ({ text }));
}

/** Whether the Pod has tolerations besides those that each one gets. */
function hasTolerations(podSpec: FailureFacts["podSpec"]): boolean {
  return (podSpec?.tolerations ?? []).some(
    ({ key }) => !/^node\.kubernetes\.io\/(not-ready|unreachable)$/.test(key ?? ""),
  );
}

function ofEviction(_: FailureFacts, message: string): Advice[] {
  const [, volume] = /EmptyDir volume "([^"]+)" exceeds the limit/i.exec(message) ?? [];
  if (volume !== undefined) {
    return [
      {
        text: `Write less to volume "${volume}", or raise its limit:`,
        command: `podSpec: { volumes: [{ name: "${volume}", emptyDir: { sizeLimit: "4Gi" } }] }`,
      },
    ];
  }
  if (/ephemeral local storage usage exceeds|exceeded its local ephemeral storage limit/i.test(message)) {
    return [{ text: 'Raise resources.limits["ephemeral-storage"], or write less outside of volumes.' }];
  }
  if (/ephemeral[ -]storage/i.test(message)) {
    return [
      { text: "It filled the node's disk: write less, or set resources.requests and limits for ephemeral-storage." },
    ];
  }
  if (/memory/i.test(message)) {
    return [{ text: "The node ran out of memory: set resources.requests.memory to what the containers need." }];
  }
  return [];
}

function ofTimeout(facts: FailureFacts, message: string): Advice[] {
  const { role, status } = facts;
  if (role === undefined) return ofScheduling(facts, message);
  const more = { text: "If it only needs more time, raise timeoutSeconds." };
  if (status?.state?.running === undefined) return [more];
  if (role === "init") return [{ text: "Does it wait for something that never comes?" }, more];
  return [...probeAdvice(facts), more];
}

function ofStepTimeout(facts: FailureFacts): Advice[] {
  return [
    ...(facts.role === "init" ? [{ text: "Does it wait for something that never comes?" }] : probeAdvice(facts)),
    { text: "If it only needs more time, raise timeoutSeconds of this step." },
    {
      text:
        "Kubernetes does not know of that limit: it lets the step go on until the next `pulumi up` makes the Pod anew, or the " +
        "Pod is deleted. Where all is well by then, that `up` takes the Pod as it is.",
    },
  ];
}

function ofExit({ verdict, memoryLimit, podSpec }: FailureFacts): Advice[] {
  if (verdict.reason !== "OOMKilled") return [];
  const ofPod = podSpec?.resources?.limits?.memory;
  if (memoryLimit === undefined && ofPod !== undefined) {
    return [
      { text: `Raise podSpec.resources.limits.memory (now ${ofPod}, for all containers), or make it need less.` },
    ];
  }
  return memoryLimit === undefined
    ? [{ text: "Give it resources.requests.memory, so that it runs on a node that has enough." }]
    : [{ text: `Raise resources.limits.memory (now ${memoryLimit}), or make it need less.` }];
}

function ofMessage({ namespace }: FailureFacts, message: string): Advice[] {
  if (message.includes("exceeded quota")) {
    return [
      {
        text: "The namespace's quota is used up: lower resources, or raise it. What it says:",
        command: `kubectl describe quota -n ${namespace}`,
      },
    ];
  }
  if (/^OutOf|Node didn't have enough resource/i.test(message)) {
    return [{ text: "The node filled up meanwhile: run `pulumi up` again, and another one is chosen." }];
  }
  return [];
}

/** The command that shows more of a failure than a report has room for. */
export function lookCommand(facts: FailureFacts, kubectl = "kubectl"): string {
  const { namespace, podName, container, verdict, status } = facts;
  const isRunning = status?.state?.running !== undefined;
  const at = `-n ${namespace} ${podName}`;
  if (container !== undefined && (hasRun(verdict) || isRunning)) {
    // While the next attempt runs, the log of the one that failed is the previous one.
    const previous = hasRun(verdict) && isRunning ? " --previous" : "";
    return `${kubectl} logs ${at} -c ${container}${previous}`;
  }
  return verdict.reason === "Deleted"
    ? `${kubectl} get events -n ${namespace} --field-selector involvedObject.name=${podName}`
    : `${kubectl} describe pod ${at}`;
}
