/** What `pulumi:autonaming` says of one kind of resource, of one provider's, or of all. */
interface Naming {
  mode?: string;
  pattern?: string;
  providers?: Record<string, Naming & { resources?: Record<string, Naming> }>;
}

const randomPart = /\$\{(uuid|(hex|alphanum|string|num)\(\d+\))\}/;

/**
 * Whether the names that Pulumi gives to Pods have no random part, by the configuration `pulumi:autonaming`: then the engine
 * deletes a Pod before it makes its successor.
 * Source: https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming-configuration
 */
export function isNamedWithoutChance(configuration: string | undefined): boolean {
  const naming = parse(configuration);
  const provider = naming.providers?.kubernetes;
  const { mode, pattern } = [provider?.resources?.["kubernetes:core/v1:Pod"], provider, naming].find(saysHow) ?? {};
  return pattern === undefined ? mode === "verbatim" : !randomPart.test(pattern);
}

function saysHow(naming: Naming | undefined): boolean {
  return naming?.mode !== undefined || naming?.pattern !== undefined;
}

function parse(configuration: string | undefined): Naming {
  try {
    return (JSON.parse(configuration ?? "{}") as Naming | null) ?? {};
  } catch {
    return {};
  }
}
