import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { ReadStream } from "node:tty";
import { describe, expect, test } from "vitest";
import { UsageError } from "../../../components/cli/verbs/arguments.ts";
import { previewOf } from "../../../components/cli/verbs/previewComment.ts";
import { dist } from "../builtPackage";
import { temporaryFolder } from "../forward/helpers";
import { fixture, stepOf, summarized } from "./preview/previews";

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the command without a cluster, and with nothing on this machine. */
async function comment(args: readonly string[], input: string | Buffer = ""): Promise<Ended> {
  const env = { ...process.env, XDG_STATE_HOME: join(temporaryFolder(), "none"), KUBECONFIG: "/nowhere" };
  const child = spawn(process.execPath, [join(dist, "cli/main.js"), "preview-comment", ...args], { env });
  child.stdin.on("error", () => undefined).end(input);
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  expect(existsSync(env.XDG_STATE_HOME)).toBe(false);
  return { code, out, err };
}

function fileOf(content: string | Buffer): string {
  const file = join(temporaryFolder(), "preview.json");
  writeFileSync(file, content);
  return file;
}

/** A step with a value that is so many lists deep. */
function nested(levels: number): string {
  const step = JSON.stringify(stepOf("update", { before: 0, after: 1 }));
  return `{"steps":[${step.replace('"inputs":1', `"inputs":${"[".repeat(levels)}${"]".repeat(levels)}`)}]}`;
}

describe("preview-comment", () => {
  test("makes the same comment of a file and of standard input", async () => {
    const ofInput = await comment([], fixture("image"));
    expect(ofInput).toMatchObject({ code: 0, err: "" });
    expect(ofInput.out).toMatch(
      /^<!-- init-pod preview-comment shop\/test -->\n### Preview of `shop\/test`: 1 InitPod/,
    );
    expect(await comment([fileOf(fixture("image"))])).toEqual(ofInput);
    expect(await comment(["-"], fixture("image"))).toEqual(ofInput);
  });

  test("says so and fails where what it writes finds no room", async () => {
    const full = openSync("/dev/full", "w");
    const args = [join(dist, "cli/main.js"), "preview-comment", fileOf(fixture("image"))];
    const child = spawn(process.execPath, args, { stdio: ["ignore", full, "pipe"] });
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    closeSync(full);
    const [err, code] = await Promise.all([text(child.stderr ?? Readable.from([])), ended]);
    expect(code).toBe(1);
    expect(err).toMatch(/^init-pod: The output can't be written: ENOSPC: no space left on device/);
  });

  test("reads what PowerShell writes", async () => {
    const marked = Buffer.from(`\ufeff${fixture("image")}`, "utf16le");
    expect(await comment([fileOf(marked)])).toEqual(await comment([], `\ufeff${fixture("image")}`));
  });

  test("gives the same as data with --json", async () => {
    const { code, out } = await comment(["--json"], fixture("secret"));
    expect({ code, summary: JSON.parse(out) as unknown }).toEqual({
      code: 0,
      summary: JSON.parse(JSON.stringify(summarized(fixture("secret")))) as unknown,
    });
  });

  test("ends with 0 where the preview failed, as that is to be posted too", async () => {
    const { code, out } = await comment([], fixture("failedPreview"));
    expect(code).toBe(0);
    expect(out).toContain("container.port = 70000");
  });

  test.each([
    ["nothing", "", "Standard input is empty."],
    ["no JSON", "error: no stack", "Standard input is no JSON"],
    ["half a preview", fixture("image").slice(0, 5_000), "Standard input ends in the middle of its JSON"],
    [
      "what fills the stack",
      nested(200_000),
      "Standard input is nested deeper than any preview \\(Maximum call stack size exceeded\\).",
    ],
  ])("ends with 1 and without a comment where it is given %s", async (_, input, words) => {
    const { code, out, err } = await comment([], input);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(new RegExp(`^init-pod: ${words}.*pulumi preview --json --show-replacement-steps`));
  });

  test("ends with 1 for a file that is not there, and with 2 for two", async () => {
    expect(await comment(["/nowhere.json"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("/nowhere.json") as string,
    });
    expect(await comment(["a", "b"])).toMatchObject({ code: 2, out: "" });
  });

  test("does not wait for somebody to type a preview", async () => {
    const terminal = Object.create(ReadStream.prototype, { isTTY: { value: true } }) as ReadStream;
    await expect(previewOf({ names: [] }, terminal)).rejects.toThrow(UsageError);
  });
});

test("its data has the fields that docs/command.md documents, and no others", () => {
  const docs = readFileSync(join(import.meta.dirname, "../../../docs/command.md"), "utf8");
  const block = /interface PreviewSummary \{([^]*?)\n\}/.exec(docs)?.[1] ?? "";
  const documented = [...block.matchAll(/(\w+)\??: /g)].map(([, field]) => field);
  const { stack, failed, errors, warnings, initPods, others, changes } = summarized(fixture("image"));
  const own = [{ stack, failed, errors, warnings, initPods, others, changes }, ...initPods, ...changes];
  const shown = own.flatMap((value) => Object.keys(value)).concat("path", "before", "after");
  expect([...new Set(shown)].sort()).toEqual([...new Set(documented)].sort());
});
