import { globSync, readFileSync } from "node:fs";
import { layout } from "../../../sandbox/cluster/layout.ts";
import { paths } from "../../../sandbox/paths.ts";

/** A request as the API server's audit log has it. */
export interface Audited {
  verb: string;
  requestURI: string;
  userAgent: string;
  requestReceivedTimestamp: string;
  objectRef?: { resource?: string; namespace?: string; name?: string };
}

/** What the API server was asked for of a namespace while `work` went on, by whatever way it reached it. */
export async function auditedDuring(namespace: string, work: () => Promise<unknown>): Promise<Audited[]> {
  const from = Date.now();
  await work();
  const to = Date.now();
  return auditLog(namespace).filter(({ objectRef, requestReceivedTimestamp }) => {
    const time = Date.parse(requestReceivedTimestamp);
    return objectRef?.namespace === namespace && time >= from && time <= to;
  });
}

/** What it has on a namespace: all of it is of many megabytes. */
function auditLog(namespace: string): Audited[] {
  const { audit } = layout(paths());
  const files = globSync(audit.replace(/\.log$/, "*.log"));
  const lines = files.flatMap((file) => readFileSync(file, "utf8").split("\n"));
  // The last line may be in the making.
  const whole = lines.filter((line) => line.includes(namespace) && line.endsWith("}"));
  return whole.map((line) => JSON.parse(line) as Audited);
}
