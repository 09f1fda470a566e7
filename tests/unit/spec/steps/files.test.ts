import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Manifest, manifest } from "../../../../components/spec/manifest/manifest.ts";
import type { TextsObject } from "../../../../components/spec/manifest/objects.ts";
import { type Files } from "../../../../components/spec/steps/files.ts";
import type { Container } from "../../../../components/spec/steps/plan.ts";
import { problemsOf } from "../../../../components/spec/validation/problemsOf.ts";
import { partsOf, withLateErrors } from "../../../../components/spec/values";
import { run, start } from "../kubelet.ts";
import { container as app, mounts, spec, steps } from "../podSpec.ts";
import { fixes, inStep } from "../problems.ts";

const needed = spawnSync("which", ["awk"]).status === 0;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "init-pod-files-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The container of a step as on the cluster, with its ConfigMap in this test's folder. */
function prepared(value: Files, secretEnv = {}): Container {
  const { podSpec, ...made } = manifest({ container: app, init: [{ files: value, secretEnv }] });
  const source = join(folder, "mounted");
  mkdirSync(source, { recursive: true });
  for (const { texts } of textsIn(made)) {
    for (const [key, text] of Object.entries(texts)) writeFileSync(join(source, key), text as string);
  }
  const { command, env } = (podSpec.initContainers as Container[])[0] ?? {};
  const placed = (env as { name: string; value?: string }[]).map((one) =>
    one.name === "INIT_POD_FILES" ? { ...one, value: one.value?.replaceAll("/init-pod/files", source) } : one,
  );
  return { command, env: placed };
}

/** The ConfigMaps and Secrets of a manifest. */
function textsIn({ objects }: Pick<Manifest, "objects">): TextsObject[] {
  return objects.filter((object): object is TextsObject => "texts" in object);
}

const inFolder = (name: string): string => join(folder, "out", name);
const read = (name: string): string => readFileSync(inFolder(name), "utf8");

describe.skipIf(!needed)("files", () => {
  test("are written as they are, with their permissions, and nothing beside them", async () => {
    const text = "$(NOT_FILLED) $$( \\n %s & ü\nlast line";
    const { code, log } = await run(
      prepared({ contents: { [inFolder("a.conf")]: text, [inFolder("b")]: "\n" }, modes: { [inFolder("b")]: "0750" } }),
    );

    expect(code, log).toBe(0);
    expect(read("a.conf")).toBe(text);
    expect(read("b")).toBe("\n");
    expect(readdirSync(join(folder, "out")).sort()).toEqual(["a.conf", "b"]);
    expect(statSync(inFolder("a.conf")).mode & 0o777).toBe(0o644);
    expect(statSync(inFolder("b")).mode & 0o777).toBe(0o750);
    expect(log).toBe(`wrote ${inFolder("a.conf")}\nwrote ${inFolder("b")}\n`);
  });

  test("are written over those of an earlier run", async () => {
    const again = prepared({ contents: { [inFolder("a")]: "new" } });
    mkdirSync(join(folder, "out"));
    writeFileSync(inFolder("a"), "old, and longer");
    writeFileSync(inFolder("a.part"), "half of");
    expect((await run(again)).code).toBe(0);
    expect(read("a")).toBe("new");
    expect(existsSync(inFolder("a.part"))).toBe(false);
  });

  test("have values filled in, from env and from Secrets, and what is escaped is kept", async () => {
    const { code, log } = await run(
      prepared(
        {
          templates: {
            [inFolder("app.ini")]: "url=$(HOST):$(PORT)/$(HOST)\npassword=$(PASSWORD)\nnow=$$(date) )$ $HOME\n",
          },
          env: { HOST: "db", PORT: "5432" },
        },
        { PASSWORD: { secret: "db", key: "password" } },
      ),
      { "db/password": "p&\\1$(HOST)\n$" },
    );

    expect(code, log).toBe(0);
    expect(read("app.ini")).toBe("url=db:5432/db\npassword=p&\\1$(HOST)\n$\nnow=$(date) )$ $HOME\n");
    expect(log).not.toContain("p&");
  });

  test("have any text and any value in them", { timeout: 60_000 }, async () => {
    const anyText = fc.string({ unit: fc.constantFrom(...Array.from("ab\n\\\"'&$`%.|\t ü)"), "$$(", "$(A)", "$(B)") });
    const value = fc.string({ unit: fc.constantFrom(...Array.from("ab\n\\\"'&$(`%)ü")) });
    await fc.assert(
      fc.asyncProperty(anyText, value, value, async (text, A, B) => {
        fc.pre(inStep({ files: { templates: { "/out/a": text }, env: { A, B } } }).length === 0);
        const { code, log } = await run(prepared({ templates: { [inFolder("any")]: text }, env: { A, B } }));
        expect(code, log).toBe(0);
        const filled = text.replace(/\$\$\(|\$\((\w)\)/g, (whole, name?: string) =>
          whole === "$$(" ? "$(" : name === "A" ? A : B,
        );
        expect(read("any")).toBe(filled);
      }),
      { numRuns: 60 },
    );
  });

  test("killed in the middle of one, leave none that is half there", async () => {
    const text = "x".repeat(1000 * 1000);
    const paths = Array.from({ length: 12 }, (_, at) => inFolder(`file-${at}`));
    for (const pauseMs of [5, 15, 30]) {
      rmSync(join(folder, "out"), { recursive: true, force: true });
      const step = prepared({ contents: Object.fromEntries(paths.map((path) => [path, text])) });
      const { process: child, ended } = start(step);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      child.kill("SIGKILL");
      await ended;
      await new Promise((resolve) => setTimeout(resolve, 100));
      for (const path of paths) if (existsSync(path)) expect(statSync(path).size).toBe(text.length);
    }
  });
});

test("stand in one ConfigMap that the step alone mounts, and their folders are volumes of all", () => {
  const args = {
    init: [{ files: { contents: { "/etc/app/a.conf": "a", "/srv/b": "b" } } }, { run: { script: "true" } }],
  };
  const { objects } = manifest({ container: app, ...args });
  expect(objects).toEqual([{ kind: "ConfigMap", suffix: "files", texts: { "etc_app_a.conf": "a", srv_b: "b" } }]);
  expect(spec(args).volumes).toContainEqual({ name: "files-files", configMap: { name: "files" } });
  const shared = ["/etc/app:etc-app", "/srv:srv"];
  expect(mounts(steps(args)[0])).toEqual([...shared, "/init-pod/files:files-files:ro"]);
  expect(mounts(steps(args)[1])).toEqual(shared);
  expect(mounts(spec(args).containers[0])).toEqual(shared.map((mount) => `${mount}:ro`));
});

test("of which one is a Pulumi secret have that in a Secret", () => {
  const secret = pulumi.secret("s3cret");
  const isSecret = (value: unknown): boolean => value === secret;
  const { objects, podSpec } = manifest(
    { container: app, init: [{ files: { contents: { "/etc/app/a": "plain", "/etc/app/b": secret } } }] },
    (text) => new Error(text),
    { isSecret, nameOf: ({ kind, suffix }) => `${kind}-${suffix}`.toLowerCase() },
  );
  expect(textsIn({ objects }).map(({ kind, texts }) => [kind, Object.keys(texts)])).toEqual([
    ["ConfigMap", ["etc_app_a"]],
    ["Secret", ["etc_app_b"]],
  ]);
  expect(podSpec.volumes).toContainEqual({ name: "files-secret-files", secret: { secretName: "secret-files" } });
});

test.each(["env", "generated"])("of a step called %s have a Secret of their own, not the InitPod's", (name) => {
  const secret = pulumi.secret("s3cret");
  const { objects } = manifest(
    {
      container: app,
      init: [{ name, files: { contents: { "/etc/app/b": secret }, env: { A: secret } } }],
    },
    (text) => new Error(text),
    { isSecret: (value) => value === secret, nameOf: ({ suffix }) => suffix },
  );
  expect(objects.map(({ kind, suffix }) => `${kind} ${suffix}`)).toEqual([`Secret ${name}.step`, "Secret env"]);
});

describe("are refused", () => {
  const inFiles = (files: unknown): Record<string, string> => fixes({ init: [{ files: files as Files }] });

  test.each([
    ["without a text", {}, "init[0].files", "needs contents or templates"],
    ["at a path that is none", { contents: { a: "" } }, "init[0].files.contents.a", "absolute path"],
    ["over what the image has", { contents: { "/etc/passwd": "" } }, "init[0].files.contents./etc/passwd", "hide"],
    ["with a mode that is none", { contents: { "/a/b": "" }, mode: "9" }, "init[0].files.mode", "octal"],
    [
      "with a mode of another file",
      { contents: { "/a/b": "" }, modes: { "/a/c": "600" } },
      "init[0].files.modes./a/c",
      "none of the files",
    ],
    [
      "in both lists",
      { contents: { "/a/b": "" }, templates: { "/a/b": "" } },
      "init[0].files.templates./a/b",
      "contents as well",
    ],
    [
      "with a name that no shell hands on",
      { contents: { "/a/b": "" }, env: { "a.b": "" } },
      "init[0].files.env.a.b",
      "no name that can be filled in",
    ],
    [
      "with a name that is not declared",
      { templates: { "/a/b": "x $(HOME) y" } },
      "init[0].files.templates./a/b",
      "asks for $(HOME), which is neither",
    ],
    [
      "with a command in place of a name",
      { templates: { "/a/b": "$(date +%s)" } },
      "init[0].files.templates./a/b",
      "$(date +%s)",
    ],
    [
      "with a name that has no end",
      { templates: { "/a/b": "$(A\n)" }, env: { A: "" } },
      "init[0].files.templates./a/b",
      "asks for $(A",
    ],
    [
      "beyond 1 MiB in all",
      { contents: { "/a/b": "x".repeat(600_000), "/a/c": "y".repeat(600_000) } },
      "init[0].files",
      "1,200,000 bytes of text, and may have 1,048,576",
    ],
  ])("%s", (_, files, field, fix) => {
    expect(inFiles(files)[field]).toContain(fix);
  });

  test("but not with names of secretEnv", () => {
    const step = { files: { templates: { "/a/b": "$(KEY)" } }, secretEnv: { KEY: { secret: "s", key: "k" } } };
    expect(problemsOf({ init: [step], container: app })).toEqual([]);
  });

  test("when a text that is known later asks for what is not declared", async () => {
    const { objects } = manifest({
      container: app,
      init: [{ files: { templates: { "/a/b": pulumi.output("$(LATE)") } } }],
    });
    const late = withLateErrors(pulumi.output(textsIn({ objects })[0]?.texts));
    await expect(partsOf(late).promise(true)).rejects.toThrow("init[0].files.templates./a/b");
  });
});
