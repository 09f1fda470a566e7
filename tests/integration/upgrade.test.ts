import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { images, program, weatherUrl } from "./support/programs.ts";
import { kubectl, objects, repo, TestStack } from "./support/stack.ts";

interface Step {
  op: string;
  urn: string;
  replaceReasons?: string[] | null;
}

const kept = join(repo, "tests/fixtures/release");
const [tarball = ""] = readdirSync(kept);

/** The head of the changelog, which a version that makes Pods anew says it in. */
const [, newest = ""] = readFileSync(join(repo, "CHANGELOG.md"), "utf8").split(/^## /m);
const announced = /^- \*\*Upgrade:\*\* .*\bmakes? .*\banew\b/m;

/** InitPods with what they can have, so that each thing an `up` makes is carried over. */
const everything = program(
  `{
  generate: { password: {} },
  init: [
    { image: "${images.curl}", waitFor: { http: { url: "${weatherUrl}" } } },
    { image: "${images.curl}", download: { url: "${weatherUrl}", to: "/usr/share/nginx/html/index.html" } },
    { name: "files", image: "${images.busybox}", files: { contents: { "/etc/shop/a.conf": "a" } } },
    { name: "keys", image: "${images.busybox}", run: { script: "echo $TOKEN | wc -c", env: { TOKEN: pulumi.secret("s3cr3t-5f6e") } },
      secretEnv: { PASSWORD: { key: "password" } }, timeoutSeconds: 60, retries: 2 },
    { copyFromImage: { image: "${images.busybox}", from: "/bin/busybox", to: "/tools/busybox" } },
  ],
  container: { image: "${images.unprivileged}", port: 8080, env: { MODE: "fast" } },
  service: {},
}`,
  `new InitPod("baseline", { security: "baseline", container: { image: "${images.nginx}", port: 80 } });
new InitPod("reads", {
  init: [{ image: "${images.curl}", waitFor: { service: { name: web.clusterUrl.apply((url) => new URL(url).hostname.split(".")[0]) } } }],
  container: { image: "${images.unprivileged}", port: 8080 },
});
new InitPod("raw", {
  init: [{ name: "one", container: { image: "${images.busybox}", command: ["echo", "one"] } }],
  container: { image: "${images.busybox}", command: ["sleep", "3600"] },
  labels: { team: "shop" }, podSpec: { terminationGracePeriodSeconds: 1 },
});`,
);

describe("an upgrade from the last release", () => {
  let stack: TestStack;
  const modules = (): string => join(stack.project, "node_modules");
  const pods = async (): Promise<string[]> =>
    (await objects<{ metadata: { uid: string } }>("pods", stack.namespace)).map(({ metadata }) => metadata.uid).sort();

  beforeAll(async () => {
    stack = await TestStack.create(everything);
    const linked = join(repo, "node_modules");
    rmSync(modules());
    mkdirSync(modules());
    for (const name of readdirSync(linked)) {
      if (name !== "init-pod") symlinkSync(join(linked, name), join(modules(), name));
    }
    execFileSync("tar", ["-xzf", join(kept, tarball)], { cwd: modules() });
    renameSync(join(modules(), "kept"), join(modules(), "init-pod"));
    await stack.up();
  });
  afterAll(() => stack.remove());

  test("starts from the package of that release", () => {
    const { version } = JSON.parse(readFileSync(join(modules(), "init-pod/package.json"), "utf8")) as {
      version: string;
    };
    expect(tarball).toBe(`init-pod-${version}.tgz`);
  });

  test("makes no Pod anew, unless the changelog and the preview say so, and the URL goes on to answer", async () => {
    const before = await pods();
    expect(before).toHaveLength(4);
    const url = await stack.output("url");
    rmSync(join(modules(), "init-pod"), { recursive: true });
    symlinkSync(join(repo, "components"), join(modules(), "init-pod"));
    const { stdout } = await stack.pulumi(["preview", "--json"]);
    const { steps } = JSON.parse(stdout) as { steps: Step[] };
    const anew = steps.filter(({ op }) => !["same", "update"].includes(op));
    const { output } = await stack.up();
    if (announced.test(newest))
      expect(anew.every(({ replaceReasons }) => (replaceReasons ?? []).length > 0)).toBe(true);
    else {
      expect(anew.map(({ op, urn }) => `${op} ${urn}`)).toEqual([]);
      expect(await pods(), output).toEqual(before);
    }
    expect(await stack.output("url")).toBe(url);
    expect(await (await fetch(url)).text()).toContain("temperature");
    await stack.destroy();
    expect(await objects("pods", stack.namespace)).toEqual([]);
    expect(await kubectl(["get", "secrets,configmaps", "-n", stack.namespace, "-o", "name"])).not.toContain("web");
  });
});
