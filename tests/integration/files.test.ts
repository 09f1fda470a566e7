import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { images } from "./support/programs.ts";
import { kubectl, objects, TestStack } from "./support/stack.ts";

const secret = "s3cret-file-6f0d";

const programOf = (text: string): string => `
const pulumi = require("@pulumi/pulumi");
const { InitPod } = require("init-pod");
const secret = new pulumi.Config().requireSecret("content");
const web = new InitPod("web", {
  init: [{ image: "${images.busybox}", files: {
    contents: { "/srv/site/index.html": ${JSON.stringify(text)}, "/srv/site/key": secret },
    mode: "0440",
  } }],
  container: { image: "${images.busybox}", command: ["httpd", "-f", "-p", "8080", "-h", "/srv/site"], port: 8080 },
  podSpec: { terminationGracePeriodSeconds: 1 },
});
exports.url = web.url;
exports.initLogs = web.initLogs;
`;

interface Named {
  metadata: { name: string; deletionTimestamp?: string };
}

describe("files", () => {
  let stack: TestStack;
  let output: string;
  const page = async (): Promise<string> => await (await fetch(await stack.output("url"))).text();
  const named = async (kind: string): Promise<string[]> =>
    (await objects<Named>(kind, stack.namespace))
      .map(({ metadata }) => metadata.name)
      .filter((name) => name.startsWith("web-"));

  beforeAll(async () => {
    stack = await TestStack.create(programOf("one"));
    await stack.configure("content", secret, "--secret");
    ({ output } = await stack.up());
  });
  afterAll(() => stack.remove());

  test("are served by the app as they were given", async () => {
    expect(await page()).toBe("one");
    expect(await (await fetch(`${await stack.output("url")}/key`)).text()).toBe(secret);
    const [pod = ""] = await named("pods");
    expect(await kubectl(["exec", "-n", stack.namespace, pod, "--", "stat", "-c", "%a", "/srv/site/key"])).toBe(
      "440\n",
    );
  });

  test("of which one is a secret have that in a Secret, and in no preview, no state and no log in clear", async () => {
    expect(await named("configmaps")).toHaveLength(1);
    expect(await named("secrets")).toHaveLength(1);
    const pods = JSON.stringify(await objects("pods,configmaps,events", stack.namespace));
    const { output: preview } = await stack.pulumi(["preview", "--diff"]);
    const { stdout: state } = await stack.pulumi(["stack", "export"]);
    for (const text of [output, pods, preview, state]) expect(text).not.toContain(secret);
    expect(Object.keys(await stack.previewed())).toEqual(["same"]);
  });

  test("changed, they are another ConfigMap, and the Pod is made anew with it, while the old one has what it had", async () => {
    const [before] = await named("configmaps");
    stack.write(programOf("two"));
    const { output: preview } = await stack.pulumi(["preview", "--diff"]);
    expect(preview).toMatch(/"one" => "two"/);
    expect(await stack.previewed()).toMatchObject({ replace: 2 });
    let answered = 0;
    const failed: string[] = [];
    const url = await stack.output("url");
    const asking = setInterval(() => {
      fetch(url).then(
        async (response) => {
          answered++;
          if (!["one", "two"].includes(await response.text())) failed.push(String(response.status));
        },
        (error: unknown) => failed.push(String(error)),
      );
    }, 50);
    await stack.up();
    clearInterval(asking);
    expect(await page()).toBe("two");
    expect(answered).toBeGreaterThan(10);
    expect(failed).toEqual([]);
    const after = await named("configmaps");
    expect(after).toHaveLength(1);
    expect(after).not.toContain(before);
  });

  test("are gone with the stack", async () => {
    await stack.destroy();
    expect([...(await named("configmaps")), ...(await named("secrets"))]).toEqual([]);
  });
});
