import { expect } from "vitest";
import { graceSeconds } from "../../../../../components/cluster/verdict/graces.ts";
import type { FailedProbe, VerdictSettings } from "../../../../../components/cluster/verdict/types.ts";

/** Where a snapshot is from: a cluster of this version, or thought out, as told. */
type Evidence = { captured: string } | { constructed: string };

/** A snapshot of a Pod and its events, and the verdict on it. */
export interface Row {
  /** What the snapshot shows and what is to be made of it. */
  it: string;
  /** Name of a file in tests/fixtures/verdict. */
  snapshot: string;
  evidence: Evidence;
  settings?: Partial<VerdictSettings>;
  expected: {
    kind: string;
    container?: string;
    reason?: string;
    exitCode?: number;
    message?: unknown;
    probe?: FailedProbe;
  };
}

export const captured: Evidence = { captured: "1.37.2" };

export const within = (grace: keyof typeof graceSeconds) => ({ seenSeconds: graceSeconds[grace] - 1 });
export const after = (grace: keyof typeof graceSeconds) => ({ seenSeconds: graceSeconds[grace] });
export const long = { seenSeconds: 3600 };

/** A container that may run for some seconds, and runs for so many. */
export const limited = (container: string, limit: number, ran: number) => ({
  timeouts: { [container]: limit },
  runningSeconds: new Map([[container, ran]]),
});

export const failed = (reason: string, container?: string, more: Partial<Row["expected"]> = {}) => ({
  kind: "failed",
  reason,
  container,
  ...more,
});
export const exited = (container: string, exitCode: number) => failed("Error", container, { exitCode });
export const says = (text: string) => ({ message: expect.stringContaining(text) as string });
