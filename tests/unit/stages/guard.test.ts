import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";
import type { Self } from "../../../components/pulumi";
import { type Cluster, guarded } from "../../../components/stages/guard";

const home: Cluster = { uid: "uid-home", context: "kind-home", server: "https://home:6443" };
const other: Cluster = { uid: "uid-other", context: "kind-other", server: "https://other:6443" };

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource: ({ inputs }) => ({ id: "id", state: inputs as object }),
    call: () => ({}),
  });
});

async function guard(known: Cluster | undefined, reached: Cluster | undefined, isMeant = false): Promise<string> {
  const self = { name: "web", component: new pulumi.ComponentResource("test:index:Component", "web") } as Self;
  const output = guarded(
    self,
    { cluster: pulumi.output(reached), meant: pulumi.output(isMeant) },
    pulumi.output(known),
  );
  const { promise } = output as unknown as { promise: () => Promise<unknown> };
  return await promise().then(
    () => "goes on",
    (error: unknown) => (error as Error).message,
  );
}

test("another cluster than the InitPod lives in is refused, with both and with every way out", async () => {
  const message = await guard(home, other);
  for (const { uid, context, server } of [home, other]) {
    expect(message).toContain(`context "${context}", server ${server} (uid ${uid})`);
  }
  expect(message).toContain('InitPod "web"');
  expect(message).toContain("pulumi config set kubernetes:context kind-home");
  expect(message).toContain("INIT_POD_NEW_CLUSTER=1 pulumi up");
});

test.each<[string, Cluster | undefined, Cluster | undefined, boolean]>([
  ["the same cluster under another name and address goes on", home, { ...other, uid: home.uid }, false],
  ["a cluster that somebody chose goes on", home, other, true],
  ["a first run goes on", undefined, other, false],
  ["a run without a cluster goes on", home, undefined, false],
  ["where the uid may not be read now, it goes on", home, { ...other, uid: "" }, false],
  ["where the uid could not be read before, it goes on", { ...home, uid: "" }, other, false],
])("%s", async (_sentence, known, reached, isMeant) => {
  expect(await guard(known, reached, isMeant)).toBe("goes on");
});
