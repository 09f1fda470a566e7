import { expect, test } from "vitest";
import { describePod } from "../../../../../components/cluster/report/progress/describePod.ts";
import { progressLine } from "../../../../../components/cluster/report/progress/progressLine.ts";
import { verdict } from "../../../../../components/cluster/verdict/verdict.ts";
import { readSnapshot } from "../../snapshots.ts";
import { tolerate } from "../../tolerate.ts";

test("a sidecar that ends while init containers go on is a warning in `up`, and a remark in `status` and on the page", () => {
  const { pod } = readSnapshot("sidecar-ends-beside-init");
  const at = verdict(pod, [], { retries: tolerate(0), mustServe: true, seenSeconds: 3_600 });
  if (at.kind === "failed") throw new Error(at.reason);
  expect(progressLine(pod, at, tolerate(0))).toBe(
    'waiting for init container "init" (2 of 2); warning: sidecar "sidecar" failed with exit code 1 meanwhile, ' +
      "kubelet starts it again (attempt 4)",
  );
  expect(describePod(pod, at)).toBe(
    "runs init step init; its sidecar sidecar failed with exit code 1 meanwhile and is started again",
  );
});

test("a sidecar that ended meanwhile and is ready again is no word worth", () => {
  const { pod } = readSnapshot("sidecar-ends-beside-init");
  const [sidecar] = pod.status?.initContainerStatuses ?? [];
  Object.assign(sidecar ?? {}, { ready: true, started: true, state: { running: {} } });
  const at = verdict(pod, [], { retries: tolerate(0), mustServe: true, seenSeconds: 3_600 });
  if (at.kind === "failed") throw new Error(at.reason);
  expect(progressLine(pod, at, tolerate(0))).toBe('waiting for init container "init" (2 of 2)');
});
