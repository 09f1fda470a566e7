import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";
import { assertAtHome, type Cluster } from "../../../components/stages/guard";
import { blocksOf } from "../claims/blocks";

const home: Cluster = { uid: "uid-home", context: "kind-home", server: "https://home:6443" };
const other: Cluster = { uid: "uid-other", context: "kind-other", server: "https://other:6443" };

beforeAll(async () => {
  await pulumi.runtime.setMocks({
    newResource: ({ inputs }) => ({ id: "id", state: inputs as object }),
    call: () => ({}),
  });
});

function guard(
  known: Cluster | undefined,
  cluster: Cluster | undefined,
  isMeant = false,
  providers: kubernetes.Provider[] = [],
): string {
  const component = new pulumi.ComponentResource("test:index:Component", "web", {}, { providers });
  try {
    assertAtHome({ name: "web", component }, { cluster, isMeant }, known);
    return "goes on";
  } catch (error) {
    return (error as Error).message;
  }
}

test("another cluster than the InitPod lives in is refused, with both and with every way out", () => {
  const message = guard(home, other);
  for (const { uid, context, server } of [home, other]) {
    expect(message).toContain(`context "${context}", server ${server} (uid ${uid})`);
  }
  expect(message).toContain('InitPod "web"');
  expect(message).toContain("pulumi config set kubernetes:context kind-home");
  expect(message).toContain("INIT_POD_NEW_CLUSTER=1 pulumi up");
});

test("of an InitPod with a provider it is told to pin that, which goes by nothing of the stack's configuration", () => {
  const message = guard(home, other, false, [new kubernetes.Provider("cluster")]);
  expect(message).toMatch(/pin it: +context: "kind-home" of its kubernetes provider$/m);
  expect(message).not.toContain("pulumi config set");
});

test("the refusal is the one that docs/environments.md shows", () => {
  const [shown = ""] = blocksOf("docs/environments.md", "text");
  const clusters = [...shown.matchAll(/context "(.*)", server (.*) \(uid (.*)\)/g)].map(
    ([, context = "", server = "", uid = ""]): Cluster => ({ context, server, uid }),
  );
  expect(clusters).toHaveLength(2);
  expect(`${guard(clusters[0], clusters[1])}\n`).toBe(shown);
});

test.each<[string, Cluster | undefined, Cluster | undefined, boolean]>([
  ["the same cluster under another name and address goes on", home, { ...other, uid: home.uid }, false],
  ["a cluster that somebody chose goes on", home, other, true],
  ["a first run goes on", undefined, other, false],
  ["a run without a cluster goes on", home, undefined, false],
  ["where the uid may not be read now, it goes on", home, { ...other, uid: "" }, false],
  ["where the uid could not be read before, it goes on", { ...home, uid: "" }, other, false],
])("%s", (_sentence, known, reached, isMeant) => {
  expect(guard(known, reached, isMeant)).toBe("goes on");
});
