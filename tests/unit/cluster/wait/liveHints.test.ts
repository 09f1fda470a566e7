import { describe, expect, test } from "vitest";
import type { Pod } from "../../../../components/cluster/pods/pod.ts";
import { LiveHints } from "../../../../components/cluster/wait/liveHints.ts";
import { manifest } from "../../../../components/spec/manifest/manifest.ts";

const token = "cat: /var/run/secrets/kubernetes.io/serviceaccount/token: No such file or directory";

function hintsOf(script: string, podSpec = {}): { hints: LiveHints; told: string[] } {
  const args = { init: [{ run: { script } }], container: { image: "app:1" }, podSpec };
  const spec = manifest(args).podSpec as unknown as Pod["spec"];
  const told: string[] = [];
  const pod = { metadata: { name: "web", namespace: "shop", uid: "uid" }, spec };
  return { hints: new LiveHints(pod, (line) => told.push(line)), told };
}

describe("while a step goes on and on", () => {
  test("what it says again and again is explained once", () => {
    const { hints, told } = hintsOf("true");

    hints.hear("run", token);
    hints.hear("run", "something else");
    hints.hear("run", token);
    expect(told).toEqual([]);
    for (let times = 0; times < 5; times++) hints.hear("run", token);
    expect(told).toEqual([expect.stringMatching(/^"run" says so again and again: .*automountServiceAccountToken$/)]);
  });

  test("what it waits for silently is in its command", () => {
    const script = "until [ -f /var/run/secrets/kubernetes.io/serviceaccount/namespace ]; do sleep 1; done";

    expect(hintsOf(script).hints.noteOn("run")).toContain("automountServiceAccountToken");
    expect(hintsOf(script, { automountServiceAccountToken: true }).hints.noteOn("run")).toBeUndefined();
    expect(hintsOf("sleep 100").hints.noteOn("run")).toBeUndefined();
    expect(hintsOf(script).hints.noteOn("another")).toBeUndefined();
  });

  test("what its command told already is not told by its log again", () => {
    const { hints, told } = hintsOf("cat /var/run/secrets/kubernetes.io/serviceaccount/token");

    expect(hints.noteOn("run")).toBeDefined();
    for (let times = 0; times < 5; times++) hints.hear("run", token);
    expect(told).toEqual([]);
  });

  test("nothing is said where the spec may not be read", () => {
    const told: string[] = [];
    const hints = new LiveHints(undefined, (line) => told.push(line));
    for (let times = 0; times < 5; times++) hints.hear("run", token);

    expect([hints.noteOn("run"), told]).toEqual([undefined, []]);
  });
});
