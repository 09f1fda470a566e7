import { expect, test } from "vitest";
import { trimmed } from "../../../../components/cluster/pods/trimmed.ts";
import { failureReport } from "../../../../components/cluster/report/failure.ts";
import { describePod } from "../../../../components/cluster/report/progress/describePod.ts";
import { currentVerdict } from "../../../../components/cluster/verdict/currentVerdict.ts";
import { leavesOf } from "../../../../components/spec/manifest/leaves.ts";
import { copyFromImage } from "../../../../components/spec/steps/copyFromImage.ts";
import { readSnapshot } from "../snapshots.ts";
import { ended, podOf, waiting } from "./failedPod.ts";

const later = new Date("2027-01-01T00:00:00Z");

function reported(snapshot: string) {
  const { pod, events } = readSnapshot(snapshot);
  const verdict = currentVerdict(pod, events, later);
  if (verdict.kind !== "failed") throw new Error(verdict.kind);
  const { cause, advice } = failureReport({ pod, verdict, events, tail: { lines: [], truncated: false } });
  return { pod, verdict, cause, advice: advice.map(({ text, command = "" }) => `${text} ${command}`).join("\n") };
}

test("an image volume's image is named, not the container's own", () => {
  const { pod, verdict, cause, advice } = reported("image-volume-never-pulled");
  expect(cause).toMatch(/^the image of its volume "data" can't be pulled \(ErrImagePull\): /);
  expect(advice).toContain('"sandbox.local/no-such-data:1"');
  expect(advice).not.toContain("busybox");
  // What the forwarder keeps of the Pod is enough for the same words.
  expect(describePod(trimmed(pod), verdict)).toBe(describePod(pod, verdict));
  expect(describePod(pod, verdict)).toContain('volume "data"');
});

test.each([
  ["sub-path-of-missing-key", /Volume "settings" has no "no-such-key" that could be mounted at \/etc\/passwd/],
  ["sub-path-missing-in-image-volume", /Volume "data", the image .*busybox:1", has no "no-such-folder"/],
  ["bad-working-directory", /working directory, \S+, is not in/],
])("of %s the object that the message names is looked at", (snapshot, text) => {
  const { advice } = reported(snapshot);
  expect(advice).toMatch(text);
  expect(advice).not.toContain("The command is not in");
});

test.each([
  ["unable to find user shop: no matching entries in passwd file", /has no user "shop"/],
  ['exec: "tool": executable file not found in $PATH', /The command is not in/],
  [
    'error mounting "/var/lib/kubelet/pods/u/volumes/x" to rootfs at "/etc/app": mount x: not a directory',
    /What is mounted at \/etc\/app is a folder where/,
  ],
])("a start that fails with %j", (message, text) => {
  const pod = podOf({ init: { one: { state: waiting("RunContainerError", message) } } });
  const verdict = { kind: "failed", container: "one", reason: "RunContainerError", message } as const;
  const { advice } = failureReport({ pod, verdict, tail: { lines: [], truncated: false } });
  expect(advice[0]?.text).toMatch(text);
});

test("a step that copies out of an image without a shell is told the other way", () => {
  const leaves = leavesOf({ container: { image: "app" } }, (text) => new Error(text));
  const { command } = copyFromImage({ image: "tool:1", from: "/tool", to: "/tools/tool" }).container("", leaves);
  const message = 'exec: "sh": executable file not found in $PATH';
  const init = { one: { state: waiting("RunContainerError", message) } };
  const pod = podOf({ init, spec: { one: { image: "tool:1", command } } });
  const verdict = { kind: "failed", container: "one", reason: "RunContainerError", message } as const;
  const { advice } = failureReport({ pod: trimmed(pod), verdict, tail: { lines: [], truncated: false } });
  expect(advice[0]).toMatchObject({ command: 'copyFromImage: { by: "volume" }' });
  expect(advice[0]?.text).toContain('"tool:1" has no shell');
});

test.each([
  "sh: /usr/local/bin/tool: Exec format error",
  "exec /app/server: exec format error",
  "bash: ./tool: cannot execute binary file: Exec format error",
  "error while loading shared libraries: libz.so.1: wrong ELF class: ELFCLASS32",
])("a program for another CPU is known by the log: %s", (line) => {
  for (const exitCode of [1, 126, 255]) {
    const pod = podOf({ init: { one: { state: ended(exitCode) } } });
    const verdict = { kind: "failed", container: "one", reason: "Error", exitCode } as const;
    const { advice } = failureReport({ pod, verdict, tail: { lines: ["starting", line], truncated: false } });
    expect(advice[0]).toMatchObject({ command: "kubectl get nodes -L kubernetes.io/arch" });
    expect(advice[0]?.text).toContain("another CPU");
  }
});

test("a log that speaks of formats is not taken for that", () => {
  const pod = podOf({ init: { one: { state: ended(1) } } });
  const verdict = { kind: "failed", container: "one", reason: "Error", exitCode: 1 } as const;
  const { advice } = failureReport({
    pod,
    verdict,
    tail: { lines: ["error: bad format of exec.json"], truncated: false },
  });
  expect(advice).toEqual([]);
});

test.each([
  ["secret", "Secret"],
  ["config", "ConfigMap"],
])("a key that the items of a volume name is missing in its %s", (written, kind) => {
  const message = `MountVolume.SetUp failed for volume "v" : references non-existent ${written} key: a.b`;
  const verdict = { kind: "failed", reason: "FailedMount", message } as const;
  const { advice } = failureReport({ pod: podOf({}), verdict, tail: { lines: [], truncated: false } });
  expect(advice).toEqual([{ text: `Add the key "a.b" to the ${kind}, or correct the volume's items.` }]);
});
