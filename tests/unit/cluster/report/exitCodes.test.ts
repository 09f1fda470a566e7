import { describe, expect, test } from "vitest";
import { exitingProcess, explainExit } from "../../../../components/cluster/report/exitCodes.ts";
import { leavesOf } from "../../../../components/spec/manifest/leaves.ts";
import { download } from "../../../../components/spec/steps/download.ts";
import { gitClone } from "../../../../components/spec/steps/gitClone.ts";
import { run } from "../../../../components/spec/steps/run.ts";
import { exits } from "../../../../components/spec/steps/scripts/gitClone.ts";
import { waitFor } from "../../../../components/spec/steps/waitFor.ts";

const curl = "curlimages/curl:8.17.0";
const asGiven = leavesOf({ container: { image: "app" } }, (text) => new Error(text));

test.each([
  [126, "not executable"],
  [127, "not found"],
])("exit code %i is certain in a shell alone: %s", (code, text) => {
  expect(explainExit(code, "shell")).toContain(text);
  expect(explainExit(code, "unknown")).toMatch(new RegExp(`^if a shell's: .*${text}`));
});

test.each([
  [139, "segmentation fault"],
  [143, "SIGTERM"],
])("exit code %i is explained for every process: %s", (code, text) => {
  for (const process of ["curl", "shell", "unknown"] as const) expect(explainExit(code, process)).toContain(text);
});

test("curl's exit codes are explained for curl alone", () => {
  expect(explainExit(6, "curl")).toContain("resolved");
  for (const code of [3, 6, 7, 22, 28, 60, 77]) {
    for (const process of ["shell", "unknown"] as const) expect(explainExit(code, process)).toBeUndefined();
  }
});

test("the exit codes of a step that clones are explained, each of them, and for no other process", () => {
  const codes = Object.values(exits);
  const meanings = codes.map((code) => explainExit(code, "gitClone"));
  expect(new Set(meanings).size).toBe(codes.length);
  expect(meanings).not.toContain(undefined);
  for (const code of codes) expect(explainExit(code, "shell")).toBeUndefined();
});

test("a step that clones is known by its command", () => {
  const clone = gitClone({ repo: "https://x/y", to: "/data/y" }).container("gitClone", asGiven);
  const { command } = clone as { command: string[] };
  expect(exitingProcess({ image: "registry.local/git:1", command })).toBe("gitClone");
});

test.each([
  [124, "did not come in time"],
  [69, "has failed"],
  [77, "has no right to read"],
])("exit code %i of a wait is explained: %s", (code, text) => {
  for (const value of [{ tcp: "db:1" }, { job: { name: "migrate" } }]) {
    const { command } = waitFor(value).container("waitFor", asGiven) as { command: string[] };
    expect(explainExit(code, exitingProcess({ image: curl, command }))).toContain(text);
  }
  expect(explainExit(code, "shell")).toBeUndefined();
});

describe("curl was the process", () => {
  const { command } = download({ url: "https://example.com/", to: "/data/file" }).container("download", asGiven) as {
    command: string[];
  };
  test.each([
    ["a download, whatever its image", { image: "registry.local/fetcher:1", command }],
    ["a command", { image: "busybox", command: ["/usr/bin/curl", "-f", "http://web/"] }],
    ["options for its image's entrypoint", { image: curl, args: ["-f", "http://web/"] }],
    ["an address for its image's entrypoint", { image: "mirror.local/curl@sha256:0", args: ["http://web/"] }],
    ["a script of nothing else", { command: ["sh", "-euc", 'curl -f "http://web/?a=1&b=2" \\\n  -o /data/file\n'] }],
    ["a script that becomes it", { command: ["/bin/bash", "-c", "exec curl -f http://web/"] }],
  ])("as %s", (_, container) => expect(exitingProcess(container)).toBe("curl"));
});

describe("curl was not known to be the process", () => {
  const script = (text: string) => ({ image: curl, command: run({ script: text }).container("run", asGiven).command });
  test.each([
    ["a script that chooses its code", { image: curl, command: ["sh", "-c", "exit 7"] }, "shell"],
    ["a script behind the image's entrypoint", { image: curl, args: ["sh", "-c", "exit 7"] }, "shell"],
    ["a program of the image", { image: curl, command: ["/app/server"] }, "unknown"],
    ["an image that only has curl in its name", { image: "shop/curler:1", args: ["-v"] }, "unknown"],
    ["an image in a folder of that name", { image: "curl/other:1", args: ["-v"] }, "unknown"],
    ["nothing but an image", { image: curl }, "unknown"],
    ["a script in which something follows", script("curl -f http://web/ || exit 7"), "shell"],
    ["a script in which something goes before", script("./prepare; curl -f http://web/"), "shell"],
    ["a pipe", script("curl -f http://web/ | ./check"), "shell"],
    ["a command inside of a word", script('curl "http://web/$(./path)"'), "shell"],
    ["two lines", script("curl http://web/\n./check"), "shell"],
    ["a script of which only the beginning is known", script("curl http://web/…"), "shell"],
    ["a shell that reads a file", { command: ["sh", "/scripts/curl"] }, "shell"],
  ])("as %s", (_, container, process) => {
    expect(exitingProcess(container as Parameters<typeof exitingProcess>[0])).toBe(process);
  });
});
