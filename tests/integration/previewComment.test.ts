import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { fixtureOf, previewsOf, scenarios, stacks } from "./support/previews.ts";
import { images } from "./support/programs.ts";
import { type Finished, run } from "./support/run.ts";
import { repo } from "./support/stack.ts";

interface Previewed {
  preview: Finished;
  comment: Finished;
}

/** The previews of all scenarios, each handed to the command as a pipe would. */
const found = new Map<string, Previewed>();

const commented = (name: string): string => {
  const { comment } = found.get(name) ?? {};
  expect(comment?.code, comment?.stderr).toBe(0);
  return comment?.stdout ?? "";
};

describe("the comment on a real preview", () => {
  beforeAll(async () => {
    await Promise.all(
      stacks.map(
        async (which) =>
          await previewsOf(which, async ({ name }, preview, { namespace, env }) => {
            record(name, preview, namespace);
            const words = [join(repo, "components/bin/init-pod.js"), "preview-comment"];
            found.set(name, { preview, comment: await run(process.execPath, words, { env, input: preview.stdout }) });
          }),
      ),
    );
  });

  test("is made of each scenario, and names no secret", () => {
    expect([...found.keys()].sort()).toEqual(scenarios.map(({ name }) => name).sort());
    for (const { name } of scenarios) {
      expect(commented(name)).toMatch(/^<!-- init-pod preview-comment shop\/test -->\n### Preview of `shop\/test`/);
      expect(commented(name)).not.toContain("s3cr3t");
    }
  });

  test("says what a first deploy makes, and its steps", () => {
    expect(commented("firstDeploy")).toMatch(/^\| `shop` \| new \| .+ \| `token`, `seed` \| none \|$/m);
  });

  test.each([
    ["image", /image of .*app/],
    ["step", /script of step seed|step "seed" is another/],
    ["secret", /secret.*TOKEN/],
    ["failedPod", /init container "seed" failed with exit code 3/],
    ["newVersion", /init-pod 0\.0\.9/],
  ])("says of a Pod that is made anew why: %s", (name, why) => {
    const [, what, told, steps, downtime] =
      /^\| `shop` \| (.+) \| (.+) \| (.+) \| (.+) \|$/m.exec(commented(name)) ?? [];
    expect({ what, steps }).toEqual({ what: "**made anew**", steps: "`token`, `seed`" });
    expect(told).toMatch(why);
    expect(downtime).toMatch(/^none: the old Pod goes/);
  });

  test("warns of a Pod that goes before the new one starts", () => {
    expect(commented("downtime")).toMatch(/^\| `shop` .*\*\*yes\*\*: the old Pod goes before the new one starts \|$/m);
  });

  test.each(["label", "serviceAdded", "serviceRemoved"])("says that the Pod stays, and no step runs: %s", (name) => {
    expect(commented(name)).toMatch(/^\| `shop` \| (changes in place|its Pod stays) \| .+ \| – \| none \|$/m);
  });

  test("names what hideDiffs hides, and shows no value of it", () => {
    expect(commented("hidden")).toContain('- spec.containers[0].image: "[hidden]"\n+ spec.containers[0].image');
    expect(commented("hidden")).toMatch(/^\| `shop` \| \*\*made anew\*\* \|.*image of app/m);
    expect(commented("hidden")).not.toContain(images.nginx);
    expect(commented("image")).toContain(images.nginx);
  });

  test("says of what an `up` that failed has left that it goes, and the Pod stays", () => {
    expect(commented("leftOver")).toMatch(/^\| `shop` \| its Pod stays \| an old Pod goes, which .* \| – \| none \|$/m);
  });

  test("says that nothing changes, and that an InitPod is removed", () => {
    expect(commented("noChange")).toContain("Nothing changes.");
    expect(commented("initPodRemoved")).toMatch(/^\| `shop` \| \*\*removed\*\* \|/m);
    expect(commented("initPodRemoved")).toContain("Other resources: 1 created.");
  });

  test("of a preview that fails is our error", () => {
    expect(found.get("failedPreview")?.preview.code).not.toBe(0);
    expect(commented("failedPreview")).toMatch(
      /### Preview of `shop\/test` failed\n\n```text\nInitPod "shop": 1 problem/,
    );
    expect(commented("failedPreview")).toContain("container.port = 70000");
  });
});

/** `INIT_POD_RECORD_PREVIEWS=1` makes the fixtures of the unit tests anew. */
function record(name: string, { stdout }: Finished, namespace: string): void {
  if (process.env.INIT_POD_RECORD_PREVIEWS === undefined) return;
  const folder = join(repo, "tests/fixtures/previews");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), fixtureOf(stdout, namespace));
}
