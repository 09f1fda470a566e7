import { expect, test } from "vitest";
import type { Pod, PodEvent } from "../../../../components/cluster/pods/pod.ts";
import { failureReport } from "../../../../components/cluster/report/failure.ts";
import { describePod } from "../../../../components/cluster/report/progress/describePod.ts";
import { withProbe } from "../../../../components/cluster/verdict/probes.ts";
import { verdict } from "../../../../components/cluster/verdict/verdict.ts";
import { readSnapshot } from "../snapshots.ts";
import { tolerate } from "../tolerate.ts";

const judge = (pod: Pod, events: readonly PodEvent[]) => {
  const judged = verdict(pod, events, { retries: tolerate(0), mustServe: true, seenSeconds: 0 });
  if (judged.kind !== "failed") throw new Error(judged.kind);
  return judged;
};
const reportOf = (pod: Pod, events: readonly PodEvent[]) =>
  failureReport({ pod, verdict: judge(pod, events), events, tail: { lines: [], truncated: false } });

const sidecar = () => readSnapshot("sidecar-startup-probe-ends-well");

/** The Pod with another exit code. */
function endingWith(exitCode: number): Pod {
  const { pod } = sidecar();
  const [status] = pod.status?.initContainerStatuses ?? [];
  const exit = status?.lastState?.terminated;
  if (exit !== undefined) Object.assign(exit, { exitCode, reason: exitCode === 0 ? "Completed" : "Error" });
  return pod;
}

test.each([0, 1, 137, 143])(
  "a sidecar killed for its startup probe is said to be, whatever it ends with: %i",
  (code) => {
    const { events } = sidecar();
    const { cause, attempts, advice } = reportOf(endingWith(code), events);
    expect(cause).toMatch(/^killed, as its startup probe fails: Get "http.*connection refused$/);
    expect(attempts).toBe("after 1 attempt");
    const texts = advice.map(({ text }) => text).join("\n");
    expect(texts).toContain("port 8099");
    expect(texts).not.toContain("foreground");
    expect(describePod(endingWith(code), judge(endingWith(code), events))).toMatch(
      /^can't get Ready: restartable init container "sidecar" was killed, as its startup probe fails: Get/,
    );
  },
);

test("what a probe's program says is told by `up`, which knows the secrets, and by nobody else", () => {
  const { pod, events } = readSnapshot("app-liveness-probe-ends-well");
  expect(reportOf(pod, events).cause).toBe("killed, as its liveness probe fails: the queue is stuck");
  expect(describePod(pod, judge(pod, events))).toBe(
    'can\'t get Ready: container "app" was killed, as its liveness probe fails',
  );
});

test("without events nothing is claimed of a container that a probe may have ended", () => {
  const { cause, advice } = reportOf(endingWith(0), []);
  expect(cause).toContain("by itself or because its startup probe failed");
  expect(advice.map(({ text }) => text).join()).not.toContain("foreground");
});

test("a kill long before an exit, or of another container, is not its cause", () => {
  const { pod, events } = sidecar();
  const killing = events.filter(({ reason }) => reason === "Killing");
  expect(killing).toHaveLength(1);
  const old = { firstTimestamp: "2020-01-01T00:00:00Z", lastTimestamp: "2020-01-01T00:00:01Z" };
  expect(
    judge(
      pod,
      killing.map((event) => ({ ...event, ...old })),
    ).probe,
  ).toBeUndefined();
  const other = { message: "Init container other failed startup probe" };
  expect(
    judge(
      pod,
      killing.map((event) => ({ ...event, ...other })),
    ).probe,
  ).toBeUndefined();
});

test("a container that can't start again has failed for that, not for the probe that killed it before", () => {
  const { pod, events } = sidecar();
  const [status] = pod.status?.initContainerStatuses ?? [];
  const message = 'Back-off pulling image "sandbox.local/no-such-image:1"';
  if (status !== undefined) status.state = { waiting: { reason: "ImagePullBackOff", message } };
  const judged = verdict(pod, events, { retries: tolerate(5), mustServe: true, seenSeconds: 60 });
  expect(judged).toEqual({ kind: "failed", container: "sidecar", reason: "ImagePullBackOff", message });
});

test("a wait whose time is over says so, whatever a probe did before", () => {
  const { pod, events } = sidecar();
  const failure = { kind: "failed", container: "sidecar", reason: "Timeout", message: "still running" } as const;
  expect(withProbe(failure, pod, events)).toEqual(failure);
});
