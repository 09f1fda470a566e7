import type { Socket } from "node:net";

/** After the last byte to the client, how long it may leave its own side open. */
const lingerMs = 5_000;

/** Ends our side once all is written, and the whole connection soon after. */
export function endClient(client: Socket): void {
  client.end(() => client.setTimeout(lingerMs, () => client.destroy()));
  client.resume();
}
