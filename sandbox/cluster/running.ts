import { basename } from "node:path";
import { type Found, processesBelow } from "../machine/processes.ts";
import { type PartName, partNames } from "./parts.ts";

/** The live processes of a sandbox, by what they are. */
export interface Running {
  parts: Map<PartName, Found>;
  /** More of the same, and the shims of containers. */
  others: Found[];
}

export function running(cache: string): Running {
  const result: Running = { parts: new Map(), others: [] };
  for (const found of processesBelow(cache)) {
    const name = partOf(found);
    if (name !== undefined && !result.parts.has(name)) result.parts.set(name, found);
    else if (name !== undefined || basename(found.executable) === "containerd-shim-runc-v2") result.others.push(found);
  }
  return result;
}

/** A user's own kubectl or pulumi, which come from the same folder, is none. */
function partOf(found: Found): PartName | undefined {
  const program = basename(found.executable);
  const name = program === "kube" ? found.args[1] : program;
  return partNames.find((one) => one === name);
}
