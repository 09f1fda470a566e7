import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { InitStep } from "../../../components/spec/initStep.ts";
import { kindNames, planOf } from "../../../components/spec/kinds.ts";
import { manifest } from "../../../components/spec/manifest/manifest.ts";
import { problemsOf } from "../../../components/spec/validation/problemsOf.ts";
import { container, html, run, steps, url } from "./podSpec.ts";

const root = join(import.meta.dirname, "../../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
/** The kinds in the README's table of steps, whose rows begin with `KIND: { … }`. */
const documented = [...readme.matchAll(/^\| `(\w+): \{.*\}` +\|/gm)].map(([, kind]) => kind);
/** What all kinds have in common. */
const common = ["plan.ts"];

describe("the kinds of step", () => {
  test("are those in the README's table of steps, in the same order", () => {
    expect(documented).toEqual(kindNames);
  });

  test("have a file each, and nothing else has one", () => {
    const files = readdirSync(join(root, "components/spec/steps")).filter((name) => name.endsWith(".ts"));
    expect(files.sort()).toEqual([...kindNames.map((kind) => `${kind}.ts`), ...common].sort());
  });

  test.each(kindNames)("have a file of tests: %s", (kind) => {
    expect(existsSync(join(import.meta.dirname, `steps/${kind}.test.ts`))).toBe(true);
  });

  test.each(kindNames)("have a page each: %s", (kind) => {
    const page = readFileSync(join(root, `docs/steps/${kind}.md`), "utf8");
    for (const part of ["```ts", "## Its log", "## Its failure", "## What it compiles to"])
      expect(page).toContain(part);
  });

  test("are judged by a time that is a little more than they take by themselves, where that is known", () => {
    const own = (step: InitStep): number | undefined => planOf(step)?.plan.timeoutSeconds;
    expect(own({ waitFor: { tcp: "db:1" } })).toBe(315);
    expect(own({ waitFor: { tcp: "db:1", timeoutSeconds: 5 } })).toBe(20);
    expect(own({ download: { url, to: html } })).toBe(3 * 120 + 1 + 2 + 15);
    expect(own({ credentials: { url, to: html, attempts: 1, timeoutSeconds: 5 } })).toBe(20);
    expect(own({ gitClone: { repo: "https://x/y", to: html } })).toBe(315);
    expect(own({ files: { contents: { [html]: "" } } })).toBe(60);
    expect(own({ copyFromImage: { image: "site", from: "/app", to: html } })).toBe(300);
    expect(own({ run })).toBeUndefined();
    expect(own({ container: {} })).toBeUndefined();
  });

  test("bring an image of one version each, but for `container`, which must name one", () => {
    const copyFromImage = { image: "site", from: "/app", to: "/data/app", by: "volume" } as const;
    const init = [{ run }, { download: { url, to: html } }, { waitFor: { tcp: "db:1" } }, { copyFromImage }];
    const images = steps({ init }).map(({ image }) => image);

    for (const image of images) expect(image).toMatch(/:\d+\.\d+\.\d+$/);
    expect(problemsOf({ init: [{ container: {} }], container }).map(({ field }) => field)).toEqual([
      "init[0].container.image",
    ]);
  });

  test.each(["download", "copyFromImage", "run", "container"] as const)(
    "take what README says that all take: %s",
    (kind) => {
      const [, all = ""] = /^All take (.*); one/m.exec(readme) ?? [];
      const common = {
        name: "mine",
        image: "b:1",
        retries: 3,
        timeoutSeconds: 60,
        secretEnv: { PASSWORD: { secret: "db", key: "password" } },
        resources: { limits: { memory: "64Mi" } },
        securityContext: { runAsUser: 1000 },
      };
      const own = {
        download: { url, to: html },
        copyFromImage: { image: "site", from: "/app", to: "/data/app", by: "volume" },
        run,
        container: { command: ["true"] },
      } as const;
      const args = { init: [{ ...common, [kind]: own[kind] }], container };

      expect([...all.matchAll(/`(\w+)`/g)].map(([, field]) => field)).toEqual(Object.keys(common));
      expect(problemsOf(args)).toEqual([]);
      expect(steps(args)).toMatchObject([
        { name: "mine", image: "b:1", resources: common.resources, securityContext: { runAsUser: 1000 } },
      ]);
      const password = { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } };
      expect(steps(args)[0]?.env).toContainEqual(password);
      expect(manifest(args).retries.byContainer).toEqual({ mine: 3 });
      expect(manifest(args).timeouts).toEqual({ mine: 60 });
      const sidecar = problemsOf({ ...args, init: args.init.map((step) => ({ ...step, sidecar: true })) });
      expect(sidecar.map(({ field }) => field)).toEqual(
        kind === "download" || kind === "copyFromImage" ? ["init[0].sidecar"] : [],
      );
      expect(readme).toMatch(/; one that\s+need not end by itself also takes `sidecar` and `startWhen`\./);
    },
  );
});
