import type { FailureFacts } from "../facts";
import type { Advice } from "./types";

/** What helps against an image that can't be pulled: the one that the message names, be it the container's or a volume's. */
export function ofPull(facts: FailureFacts, message: string): Advice[] {
  const { namespace, podSpec } = facts;
  const { image, volume } = imageAtFault(facts, message);
  const named = (podSpec?.imagePullSecrets ?? []).flatMap(({ name }) => name ?? []);
  if (
    named.length > 0 &&
    /unauthorized|denied|forbidden|authoriz|authentication|\b40[13]\b|toomanyrequests|rate limit|\b429\b/i.test(message)
  ) {
    return [
      {
        text: `The Pod names the pull secret ${named.join(", ")}: does it exist, and is it one for the registry of ${quoted(image)}?`,
        command: `kubectl get secret -n ${namespace} ${named.join(" ")}`,
      },
    ];
  }
  if (/unauthorized|denied|forbidden|authoriz|authentication|\b40[13]\b/i.test(message)) {
    return [
      {
        text: "If the image exists, the cluster needs a pull secret for its registry:",
        command: pullSecret(namespace, image),
      },
      { text: "and the Pod must name it:", command: 'imagePullSecrets: ["pull"]' },
    ];
  }
  if (/toomanyrequests|rate limit|\b429\b/i.test(message)) {
    return [
      { text: "The registry limits anonymous pulls. Log in to it:", command: pullSecret(namespace, image) },
      { text: "and name the secret:", command: 'imagePullSecrets: ["pull"]' },
    ];
  }
  if (/no match for platform|exec format|no matching manifest/i.test(message)) {
    return [
      { text: `${quoted(image)} is not built for the CPU of the node: use an image that is, or a node that fits it.` },
    ];
  }
  if (/x509|certificate|tls:/i.test(message)) {
    return [{ text: "The nodes must trust the registry's certificate authority." }];
  }
  if (
    /no such host|i\/o timeout|connection refused|no route to host|deadline exceeded|server misbehaving/i.test(message)
  ) {
    return [
      {
        text: `The node can't reach the registry of ${quoted(image)}: check its name, and the node's network and proxy.`,
      },
    ];
  }
  const what = volume === undefined ? quoted(image) : `${quoted(image)}, the image of volume "${volume}",`;
  return [
    {
      text: `Check that ${what} exists, its name and its tag. For a private one the cluster needs a pull secret:`,
      command: pullSecret(namespace, image),
    },
  ];
}

function pullSecret(namespace: string, image = ""): string {
  const [first = ""] = image.split("/");
  const registry = image.includes("/") && /[.:]|^localhost$/.test(first) ? first : "https://index.docker.io/v1/";
  return (
    `kubectl create secret docker-registry pull -n ${namespace} \\\n` +
    `  --docker-server=${registry} --docker-username=NAME --docker-password=PASSWORD`
  );
}

/** The image that a message is about, and the volume that it is for, where it is not the container's own. */
export function imageAtFault(
  { image, podSpec }: Pick<FailureFacts, "image" | "podSpec">,
  message = "",
): { image: string | undefined; volume?: string } {
  const volumes = (podSpec?.volumes ?? []).flatMap(({ name, image: of }) =>
    of?.reference === undefined || of.reference === image ? [] : [{ image: of.reference, volume: name }],
  );
  return volumes.find(({ image: reference }) => message.includes(`"${reference}"`)) ?? { image };
}

export function quoted(image: string | undefined): string {
  return image === undefined ? "The image" : `"${image}"`;
}
