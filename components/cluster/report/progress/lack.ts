import { missingFor } from "../missing";

/** What a Pod needs and the cluster doesn't have; undefined where the message is about something else. */
export function lackOf(message = ""): string | undefined {
  const missing = missingFor(message);
  if (missing === undefined) return undefined;
  const { kind, name, key } = missing;
  const [, volume] = /for volume "([^"]+)"/.exec(message) ?? [];
  const who = volume === undefined ? "it" : `volume "${volume}"`;
  if (key === undefined) return `${who} needs ${kind} "${name ?? ""}", which does not exist`;
  return `${who} needs the key "${key}", which ${name === undefined ? `its ${kind}` : `${kind} "${name}"`} does not have`;
}
