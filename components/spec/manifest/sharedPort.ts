import type { Fields } from "../merging";

/**
 * What is to be said where another container that runs beside the app declares the app's port too: all containers of a Pod
 * share its network, so only one of them can listen there, and whatever asks that port can't tell whose answer it is.
 * Ports that are not known yet say nothing.
 */
export function sharedPortWarning(
  { initContainers, containers }: Fields,
  port: number | undefined,
): string | undefined {
  if (port === undefined) return undefined;
  const sidecars = listOf(initContainers).filter(({ restartPolicy }) => restartPolicy === "Always");
  const [app, ...others] = listOf(containers);
  if (app === undefined) return undefined;
  const declares = ({ ports }: Fields): boolean =>
    listOf(ports).some(({ containerPort, protocol = "TCP" }) => containerPort === port && protocol === "TCP");
  const names = [...sidecars, ...others].filter(declares).map(({ name }) => `"${String(name)}"`);
  if (names.length === 0) return undefined;
  return (
    `Port ${port} of the app is declared by ${names.join(" and ")} too. All containers of a Pod share its network, so only ` +
    "one of them can listen on it, and the URL and its proof may get another's answer than the app's. Where it is not the " +
    "app that is to answer, name the other's port; else give one of them another port."
  );
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter((one): one is Fields => typeof one === "object" && one !== null) : [];
}
