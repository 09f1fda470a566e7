import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { initPodsOf, type InitPodState } from "../../../../components/cli/verbs/initPods.ts";
import { statusOf } from "../../../../components/cli/verbs/status.ts";
import { isDeleting, type Pod, type PodEvent, statusesOf } from "../../../../components/cluster/pods/pod.ts";
import { trimmed } from "../../../../components/cluster/pods/trimmed.ts";
import { currentVerdict } from "../../../../components/cluster/verdict/currentVerdict.ts";
import type { Verdict } from "../../../../components/cluster/verdict/types.ts";
import { verdict } from "../../../../components/cluster/verdict/verdict.ts";
import { annotation } from "../../../../components/contract/annotations.ts";
import { type Expectations, retriesText, timeoutsText } from "../../../../components/contract/expectations.ts";
import { temporaryFolder } from "../../forward/helpers.ts";
import { clusterOf, command } from "../shop.ts";

interface Snapshot {
  pod: Pod;
  events: PodEvent[];
}

const folder = join(import.meta.dirname, "../../../fixtures/verdict");
const snapshots = readdirSync(folder).map((file) => {
  return [file.replace(/\.json$/, ""), JSON.parse(readFileSync(join(folder, file), "utf8")) as Snapshot] as const;
});

/**
 * What `up` may expect of the Pod: few and many retries, for all containers and for the first alone, with a port or none; and
 * that the first takes no longer than a minute.
 */
function expectationsOn(pod: Pod): Expectations[] {
  const first = statusesOf(pod)[0]?.name ?? "init";
  return [0, 1, 5].flatMap((retries) =>
    [true, false].flatMap((mustServe) => [
      { retries: { default: retries, byContainer: {} }, mustServe },
      { retries: { default: 0, byContainer: { [first]: retries } }, mustServe },
      { retries: { default: retries, byContainer: {} }, mustServe, timeouts: { [first]: 60 } },
    ]),
  );
}

/** The Pod as `up` makes it where it expects that. */
function declared(pod: Pod, { retries, mustServe, timeouts }: Expectations): Pod {
  const limits = timeoutsText(timeouts);
  const annotations = {
    [annotation.retries]: retriesText(retries),
    ...(limits === undefined ? {} : { [annotation.timeouts]: limits }),
    ...(mustServe ? { [annotation.port]: "80" } : {}),
  };
  return { ...pod, metadata: { ...pod.metadata, annotations } };
}

const states: Readonly<Record<Verdict["kind"], InitPodState>> = {
  pending: "starting",
  initializing: "starting",
  starting: "starting",
  ready: "ready",
  completed: "completed",
  failed: "failing",
};

describe.each(snapshots)("of the Pod %s", (_name, { pod, events }) => {
  test("`status` says what `up` says that has watched it for long", async () => {
    for (const expected of expectationsOn(pod)) {
      const runningSeconds = new Map(statusesOf(pod).map(({ name }) => [name, Number.POSITIVE_INFINITY]));
      const byUp = verdict(pod, events, { ...expected, seenSeconds: Number.POSITIVE_INFINITY, runningSeconds });
      const seen = declared(pod, expected);
      const initPods = initPodsOf([{ pod: seen, verdict: currentVerdict(seen, events) }]);
      const status = await statusOf(temporaryFolder(), command(), clusterOf([], { initPods }));
      expect(status.initPods[0]?.state).toBe(isDeleting(pod) ? "deleting" : states[byUp.kind]);
      if (byUp.kind === "failed" && byUp.container !== undefined) {
        expect(status.initPods[0]?.pods[0]?.text).toContain(`"${byUp.container}"`);
      }
    }
  });

  test("the forwarder, which keeps less of it, comes to the same", () => {
    for (const expected of expectationsOn(pod)) {
      const seen = declared(pod, expected);
      expect(currentVerdict(trimmed(seen), events)).toEqual(currentVerdict(seen, events));
    }
  });

  test("nobody calls it failed before `up` would, where its state has just begun", () => {
    const begun = pod.metadata.creationTimestamp ?? "";
    for (const expected of expectationsOn(pod)) {
      const byUp = verdict(pod, events, { ...expected, seenSeconds: 0 });
      expect(currentVerdict(declared(pod, expected), events, new Date(begun))).toEqual(byUp);
    }
  });
});
