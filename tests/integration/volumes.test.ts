import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { images, program } from "./support/programs.ts";
import { kubectl, TestStack } from "./support/stack.ts";

const look = [
  "cat /conf/app.ini",
  "ls /creds",
  "cat /creds/name",
  "stat -L -c %a /creds/name /modes/open",
  "echo kept > /part/file && cat /part/file",
  "echo 'from the step' > /site/index.html",
  "touch /logs/of-the-step",
].join("; ");

const serve = [
  "echo 'from the app' >> /site/index.html",
  "if touch /logs/no 2>/dev/null; then exit 9; fi",
  "exec httpd -f -p 8080 -h /site",
].join("; ");

const args = `{
  volumes: {
    ini: { configMap: "settings", items: { ini: "deep/app.ini" }, mountPath: "/conf/app.ini", subPath: "deep/app.ini" },
    modes: { configMap: "settings", mountPath: "/modes", mode: "0444" },
    creds: { secret: "creds", items: { user: "name" }, mode: "0400", mountPath: "/creds", mountIn: "init" },
    part: { mountPath: "/part", subPath: "sub/folder" },
  },
  init: [{
    name: "look", image: "${images.busybox}",
    run: { script: ${JSON.stringify(look)}, writes: ["/site/index.html", "/logs/of-the-step"] },
  }],
  container: {
    image: "${images.busybox}", port: 8080, command: ["sh", "-c", ${JSON.stringify(serve)}],
    writes: ["/site"], secretEnv: { PASSWORD: { secret: "creds", key: "password" } },
  },
  podSpec: { terminationGracePeriodSeconds: 1 },
}`;

describe("volumes of chosen files, in part, and shared with the app", () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await TestStack.create(program(args));
    const make = ["create", "-n", stack.namespace];
    await kubectl([...make, "configmap", "settings", "--from-literal=ini=colour=blue\n", "--from-literal=open=x"]);
    await kubectl([...make, "secret", "generic", "creds", "--from-literal=user=alice\n", "--from-literal=password=x"]);
    await stack.up();
  });
  afterAll(() => stack.remove());

  test("hold the files that they are to hold, which the steps can read, with permissions and the group's", async () => {
    const [{ log } = { log: [] }] = (await stack.outputs()).initLogs as { log: string[] }[];
    expect(log).toEqual(["colour=blue", "name", "alice", "440", "444", "kept"]);
  });

  test("are the app's to write to where it says so, and nowhere else", async () => {
    const answer = await fetch(await stack.output("url"));
    expect(await answer.text()).toBe("from the step\nfrom the app\n");
  });

  test("make no change in the next preview", async () => {
    await stack.pulumi(["preview", "--expect-no-changes"]);
  });
});
