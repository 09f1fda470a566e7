import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { blocksOf } from "../unit/claims/blocks.ts";
import { stackOf, withPlaces, writeProgram } from "./support/documented.ts";
import { filesBelow } from "./support/machine.ts";
import { images, weatherUrl } from "./support/programs.ts";
import type { Finished } from "./support/run.ts";
import { diagnostics, kubectl, objects, repo, type TestStack } from "./support/stack.ts";

interface Pod {
  metadata: { name: string; uid: string };
}

const example = join(repo, "examples/weather");
const [whole = "", ofTransform = ""] = blocksOf("README.md", "ts");

/** With an image and an address of the sandbox in the place of each of the world's. */
function onSandbox(program: string): string {
  return withPlaces(program, [
    ["{ download: {", `{ image: "${images.curl}", download: {`],
    ["https://example.com/", weatherUrl],
    ["nginxinc/nginx-unprivileged:1.29", images.unprivileged],
  ]);
}

describe("the program that README begins with, in a namespace that enforces `restricted`", () => {
  let stack: TestStack;
  let preview: Finished;
  let madeByPreview: string[];
  let up: Finished;

  beforeAll(async () => {
    stack = await stackOf(`${onSandbox(whole)}\nexport const clusterUrl = web.clusterUrl;\n`);
    await kubectl(["label", "namespace", stack.namespace, "pod-security.kubernetes.io/enforce=restricted"]);
    preview = await stack.pulumi(["preview"]);
    madeByPreview = [
      ...filesBelow(stack.stateHome),
      ...(await objects<Pod>("pods,services", stack.namespace)).map(({ metadata }) => metadata.name),
    ];
    up = await stack.up();
  }, 300_000);
  afterAll(() => stack.remove());

  test("has a preview that makes nothing, neither in the cluster nor on this machine", () => {
    expect(preview.output).toMatch(/kubernetes:core\/v1:Pod\s+web\s+create/);
    expect(madeByPreview).toEqual([]);
  });

  test("serves at its URL what the init container downloaded", async () => {
    expect(await (await fetch(await stack.output("url"))).text()).toContain("temperature");
    expect((await stack.outputs()).initLogs).toMatchObject([{ container: "download", exitCode: 0 }]);
    expect(up.output).toMatch(/Cluster: context "/);
  });

  test("is reached by other Pods at clusterUrl", async () => {
    const other = `${stack.namespace}-other`;
    await kubectl(["create", "namespace", other]);
    onTestFinished(async () => void (await kubectl(["delete", "namespace", other, "--wait=false"])));
    await kubectl(["run", "client", "-n", other, "--image", images.curl, "--command", "--", "sleep", "600"]);
    await kubectl(["wait", "-n", other, "--for", "condition=Ready", "--timeout", "60s", "pod/client"]);
    const page = await kubectl(["exec", "-n", other, "client", "--", "curl", "-sf", await stack.output("clusterUrl")]);
    expect(page).toContain("temperature");
  });
});

test("examples/weather serves at its URL what the init container downloaded, by stock nginx as root", async () => {
  const stack = await stackOf(readFileSync(join(example, "index.ts"), "utf8"));
  onTestFinished(() => stack.remove());
  await stack.configure("curlImage", images.curl);
  await stack.configure("image", images.nginx);
  await stack.configure("url", weatherUrl);
  await stack.up();
  expect(await (await fetch(await stack.output("url"))).text()).toContain("temperature");
  const [pod] = await objects<Pod>("pods", stack.namespace);
  const user = await kubectl(["exec", "-n", stack.namespace, pod?.metadata.name ?? "", "--", "id", "-u"]);
  expect(user.trim()).toBe("0");
});

describe("a Pod with a name of its own, by the transform that README shows", () => {
  let stack: TestStack;

  const program = (version: number, transform = ofTransform): string => `
import * as k8s from "@pulumi/kubernetes";
import { InitPod, type InitPodArgs } from "init-pod";
const args: InitPodArgs = {
  container: { image: "${images.unprivileged}", port: 8080, env: { VERSION: "${version}" } },
  forward: { mode: "never" },
};
${transform}
`;
  const pods = async (): Promise<string[]> =>
    (await objects<Pod>("pods", stack.namespace)).map(({ metadata }) => `${metadata.name} ${metadata.uid}`);

  beforeAll(async () => {
    stack = await stackOf(program(1));
  });
  afterAll(() => stack.remove());

  test("has it, and is deleted before its successor is made, of which preview and `up` warn", async () => {
    await stack.up();
    const [before, ...others] = await pods();
    expect(others).toEqual([]);
    expect(before).toMatch(/^web /);
    writeProgram(stack, program(2));
    const warning = /The name of Pod "web" is set by a transformation, so .* deletes it before its successor is made/;
    expect((await stack.pulumi(["preview"])).output).toMatch(warning);
    const { output } = await stack.up();
    expect(output).toMatch(warning);
    expect(output).not.toContain("deleteBeforeReplace");
    const after = await pods();
    expect(after).toHaveLength(1);
    expect(after).not.toEqual([before]);
  });

  test('would have it in vain without deleteBeforeReplace: the new one "already exists"', async () => {
    writeProgram(stack, program(3, ofTransform.replace("opts: { ...opts, deleteBeforeReplace: true }", "opts")));
    expect((await stack.pulumi(["preview"])).output).toContain("have it return deleteBeforeReplace: true");
    const { code, output } = await stack.tryUp();
    expect(code).not.toBe(0);
    expect(output).toMatch(/already exists/);
    writeProgram(stack, program(2));
    await stack.up();
  });

  test("that is taken is said by the preview, and can be taken over as README says", async () => {
    await stack.destroy();
    await kubectl(["run", "web", "-n", stack.namespace, `--image=${images.unprivileged}`]);
    const [before] = await pods();
    const { output: previewed } = await stack.pulumi(["preview"]);
    expect(previewed).toContain(`There is a Pod ${stack.namespace}/web that does not belong to this InitPod`);
    expect((await stack.tryUp()).output).toMatch(/already exists/);
    const [, urn = ""] = /--parent\s+initpod=(urn:\S+InitPod::web)/.exec(previewed) ?? [];
    const wanted = ["kubernetes:core/v1:Pod", "web", `${stack.namespace}/web`, "--parent", `initpod=${urn}`];
    await stack.pulumi(["import", ...wanted, "--yes", "--skip-preview", "--generate-code=false", "--protect=false"]);
    await stack.up();
    const after = await pods();
    expect(after).toHaveLength(1);
    expect(after).not.toEqual([before]);
    expect(diagnostics((await stack.pulumi(["preview"])).output)).not.toContain("does not belong");
  });
});
