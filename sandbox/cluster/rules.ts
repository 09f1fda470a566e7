import { networkName } from "./constants.ts";

/**
 * From what iptables-save prints, the input for iptables-restore --noflush that removes what the sandbox's programs made:
 * Kubernetes' chains, the CNI chains of our network, and all rules that lead into them. Pure.
 */
export function removalOf(saved: string): string {
  return saved
    .split(/^(?=\*)/m)
    .filter((table) => table.startsWith("*"))
    .map((table) => removalOfTable(table.split("\n")))
    .filter((text) => text !== "")
    .join("");
}

function removalOfTable(lines: string[]): string {
  const rules = lines.filter((line) => line.startsWith("-A "));
  const chains = lines.filter((line) => line.startsWith(":")).map((line) => line.slice(1).split(" ")[0] ?? "");
  const ofNetwork = rules.filter((rule) => rule.includes(networkName));
  const cni = new Set(ofNetwork.flatMap((rule) => targetOf(rule) ?? []).filter((chain) => chain.startsWith("CNI-")));
  const doomed = chains.filter((chain) => chain.startsWith("KUBE-") || cni.has(chain));
  const isDoomed = (chain: string | undefined): boolean => chain !== undefined && doomed.includes(chain);
  const leading = rules.filter(
    (rule) => !isDoomed(chainOf(rule)) && (isDoomed(targetOf(rule)) || rule.includes(networkName)),
  );
  if (doomed.length === 0 && leading.length === 0) return "";
  const commands = [
    ...leading.map((rule) => rule.replace(/^-A /, "-D ")),
    ...doomed.map((chain) => `-F ${chain}`),
    ...doomed.map((chain) => `-X ${chain}`),
  ];
  return `${lines[0] ?? ""}\n${commands.join("\n")}\nCOMMIT\n`;
}

function chainOf(rule: string): string | undefined {
  return rule.split(" ")[1];
}

function targetOf(rule: string): string | undefined {
  return / -[jg] (\S+)/.exec(rule)?.[1];
}
