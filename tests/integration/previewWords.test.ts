import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { images } from "./support/programs.ts";
import type { Finished } from "./support/run.ts";
import { diagnostics, kubectl, TestStack } from "./support/stack.ts";

const oldToken = "old-token-of-web";
const newToken = "new-token-of-web";

/** An InitPod called `web`, with what the variable EDIT says instead. */
const program = `
const pulumi = require("@pulumi/pulumi");
const { InitPod } = require("init-pod");
const {
  token = "${oldToken}", hostname, name = "web", app = {}, opts = {}, transformedOpts, ...args
} = JSON.parse(process.env.EDIT ?? "{}");
const transform = ({ type, props, opts }) =>
  type === "kubernetes:core/v1:Pod" ? { props, opts: { ...opts, ...transformedOpts } } : undefined;
if (name !== "") new InitPod(name, {
  init: [
    { name: "fetch", image: "${images.busybox}", run: { script: "echo fine" } },
    { name: "migrate", image: "${images.busybox}", run: { script: "exit 0" } },
  ],
  container: {
    image: "${images.unprivileged}", port: 8080, env: { LOG_LEVEL: "info", TOKEN: pulumi.secret(token) }, ...app,
  },
  labels: { tier: "front" },
  podSpec: { terminationGracePeriodSeconds: 1, ...(hostname && { hostname: pulumi.secret(hostname) }) },
  ...args,
}, { ...opts, ...(transformedOpts && { transforms: [transform] }) });
`;

interface Step {
  op: string;
  urn: string;
}

/** A preview of an edited program. */
interface Previewed extends Finished {
  /** What the InitPod says; "" where it says nothing. */
  words: string;
  /** What becomes of objects, by type and operation, such as `Pod replace`. */
  steps: string[];
}

async function preview(stack: TestStack, edit: object, ...flags: string[]): Promise<Previewed> {
  const args = ["preview", "--json", "--show-replacement-steps", ...flags];
  const finished = await stack.try(args, { env: { EDIT: JSON.stringify(edit) } });
  const { diagnostics = [], steps } = JSON.parse(finished.stdout) as {
    diagnostics?: { urn?: string; severity: string; message: string }[];
    steps?: Step[];
  };
  const said = diagnostics.filter(
    ({ urn, severity }) => severity === "info" && (urn ?? "").includes("init-pod:index:InitPod::"),
  );
  expect(said.length, finished.stdout).toBeLessThan(2);
  const previewed = {
    ...finished,
    words: said[0]?.message.trim() ?? "",
    steps: (steps ?? [])
      .filter(({ op, urn }) => op !== "same" && urn.includes("$kubernetes:core/v1:"))
      .map(({ op, urn }) => `${/.*:(\w+)::/.exec(urn)?.[1] ?? ""} ${op}`),
  };
  if (finished.code === 0) agree(previewed);
  return previewed;
}

/** The words claim of the Pod what the engine's steps say. */
function agree({ words, steps }: Pick<Previewed, "words" | "steps">): void {
  const told = JSON.stringify({ words, steps });
  const isAnew = steps.includes("Pod create-replacement");
  expect(words.includes(": a new Pod, "), told).toBe(isAnew);
  expect(words.includes(": a first deploy."), told).toBe(steps.includes("Pod create"));
  expect(/Runs again: |Runs for the first time: /.test(words), told).toBe(isAnew);
  if (steps.includes("Pod update")) expect(words, told).toContain("the Pod stays.");
  if (steps.length === 0) expect(words, told).toBe("");
  const deletedFirst = steps.indexOf("Pod delete-replaced") < steps.indexOf("Pod create-replacement");
  if (words.includes("Downtime: ")) expect(deletedFirst, told).toBe(true);
  if (words.includes("no downtime")) expect(deletedFirst, told).toBe(false);
  if (words.includes("No step runs again")) expect(isAnew, told).toBe(false);
}

/** A Service of which no port changes with the Pod's. */
const service = { port: 80 };

const again = "Runs again: fetch, migrate. The old Pod serves until the new one is Ready: no downtime.";
const busybox = (name: string, script: string) => ({ name, image: images.busybox, run: { script } });
const [fetch, migrate] = [busybox("fetch", "echo fine"), busybox("migrate", "exit 0")];

describe("what a preview says", () => {
  let stack: TestStack;
  let where: string;

  beforeAll(async () => {
    stack = await TestStack.create(program);
    where = `In namespace ${stack.namespace}, context "init-pod-sandbox".`;
  });
  afterAll(() => stack.remove());

  const up = async (edit: object): Promise<Finished> => await stack.up({ env: { EDIT: JSON.stringify(edit) } });
  const podUrn = "urn:pulumi:test::test::init-pod:index:InitPod$kubernetes:core/v1:Pod::web";

  test("of a first deploy: the steps that run, the Service, and where, and of a run without it nothing", async () => {
    const { words } = await preview(stack, { service });
    expect(words).toBe(`web: a first deploy. Runs: fetch, migrate. With a Service (port 80). ${where}`);
    const target = ["--target", "urn:pulumi:test::test::pulumi:pulumi:Stack::test-test"];
    expect((await preview(stack, {}, ...target)).words).toBe("");
  });

  test("of a Service that is added, beside a Pod that stays", async () => {
    await up({});
    const { words, steps } = await preview(stack, { service });
    expect(words).toBe(`web: the Pod stays. No step runs again. A Service is added (port 80). ${where}`);
    expect(steps).toEqual(["Service create"]);
    await up({ service });
  });

  test("where nothing changes: nothing", async () => {
    const { words, steps } = await preview(stack, { service });
    expect([words, steps]).toEqual(["", []]);
  });

  test.each<[string, object, string]>([
    [
      "an image",
      { app: { image: "sandbox.local/nginx-unprivileged:2" } },
      `because the image of app changes (1 → 2). ${again}`,
    ],
    [
      "a step that is new",
      { init: [fetch, migrate, busybox("warm", "true")] },
      "because step warm is new. Runs again: fetch, migrate. Runs for the first time: warm. " +
        "The old Pod serves until the new one is Ready: no downtime.",
    ],
    [
      "the script of a step, and one that is gone",
      { init: [busybox("fetch", "echo better")] },
      "because step migrate is gone and the script of step fetch changes. Runs again: fetch. " +
        "The old Pod serves until the new one is Ready: no downtime.",
    ],
    [
      "a secret",
      { token: newToken },
      `because the secret value of the environment variable TOKEN of app changes. ${again}`,
    ],
    ["a port", { app: { port: 8081 } }, "because the port of app changes (8080 → 8081)"],
    [
      "an old Pod that has to go first",
      { opts: { deleteBeforeReplace: true }, podSpec: { terminationGracePeriodSeconds: 2 } },
      "because the grace period changes (1 → 2). Runs again: fetch, migrate. Downtime: the old Pod is deleted first, " +
        "as deleteBeforeReplace asks for, and nothing serves until the new one is Ready.",
    ],
    [
      "an old Pod that has to go first, as a transform says",
      { transformedOpts: { deleteBeforeReplace: true }, podSpec: { terminationGracePeriodSeconds: 2 } },
      "because the grace period changes (1 → 2). Runs again: fetch, migrate. Downtime: the old Pod is deleted first, " +
        "as deleteBeforeReplace asks for, and nothing serves until the new one is Ready.",
    ],
  ])("of a new Pod: why, what runs again, and whether something serves meanwhile: %s", async (_, edit, expected) => {
    const { words, steps, stdout } = await preview(stack, { service, ...edit });
    expect(words.startsWith(`web: a new Pod, ${expected}`), words).toBe(true);
    expect(words.endsWith(where), words).toBe(true);
    expect(steps).toContain("Pod create-replacement");
    for (const secret of [oldToken, newToken]) expect(stdout).not.toContain(secret);
  });

  test("of a label, of the Service, and of one that is no longer asked for: that the Pod stays", async () => {
    const label = await preview(stack, { service, labels: { team: "a" } });
    expect(label.words).toBe(
      `web: the Pod stays. In place: the label team is new (a) and the label tier is gone. No step runs again. ${where}`,
    );
    expect(label.steps).toContain("Pod update");
    const typed = await preview(stack, { service: { ...service, type: "NodePort" } });
    expect(typed.words).toBe(
      `web: the Pod stays. In place: the type of the Service changes (ClusterIP → NodePort). No step runs again. ${where}`,
    );
    expect(typed.steps).toEqual(["Service update"]);
    const gone = await preview(stack, {});
    expect(gone.words).toBe(`web: the Pod stays. No step runs again. Its Service is no longer asked for. ${where}`);
    expect(gone.steps).toEqual(["Service delete"]);
    const all = await preview(stack, { name: "" });
    expect([all.words, all.steps]).toEqual(["", expect.arrayContaining(["Pod delete", "Service delete"])]);
  });

  test("of a port that the Service follows: that it changes too", async () => {
    await up({ service: {} });
    const { words, steps } = await preview(stack, { service: {}, app: { port: 8081 } });
    expect(words).toContain("because the port of app changes (8080 → 8081)");
    expect(words).toContain("of the Service");
    expect(steps).toEqual(expect.arrayContaining(["Service update", "Pod create-replacement"]));
    await up({ service });
  });

  test("by what the engine does, not by what the program wants", async () => {
    const image = { service, app: { image: images.nginx } };
    const replaced = await preview(stack, { service }, "--replace", podUrn);
    expect(replaced.words).toMatch(/^web: a new Pod, as this run asks for it \(/);
    const target = ["--target", "urn:pulumi:test::test::pulumi:pulumi:Stack::test-test"];
    expect((await preview(stack, { ...image, labels: {} }, ...target)).words).toBe("");
    expect((await preview(stack, { ...image, opts: { ignoreChanges: ["spec"] } })).words).toBe("");
    const aliased = await preview(stack, { service, name: "site", opts: { aliases: [{ name: "web" }] } });
    expect(aliased.words).toBe("");
    const retained = await preview(stack, { ...image, opts: { retainOnDelete: true } });
    expect(retained.words).toContain("a new Pod, because the image of app changes");

    await up({ service, opts: { protect: true } });
    const refused = await preview(stack, { ...image, opts: { protect: true } });
    expect(refused.code).not.toBe(0);
    expect(refused.words).toContain("It is protected, so that Pulumi refuses to.");
    expect(refused.words).not.toContain("downtime");
    await up({ service });
  });

  test("nothing of a Pod that the API server refuses, and the preview fails", async () => {
    const podSpec = { tolerations: [{ operator: "Bogus" }] };
    const { code, words, stdout } = await preview(stack, { service, podSpec });
    expect(code).not.toBe(0);
    expect(stdout).toContain("Bogus");
    expect(words).toBe("");
  });

  test("of names without a random part: that nothing serves meanwhile", async () => {
    await stack.pulumi(["config", "set", "--path", "pulumi:autonaming.mode", "verbatim"]);
    const { words } = await preview(stack, { service, app: { env: { LOG_LEVEL: "debug", TOKEN: "" } } });
    expect(words).toContain(
      "Downtime: the old Pod is deleted first, as pulumi:autonaming leaves no random part to its name, and nothing serves",
    );
    expect(words).toContain("the environment variable LOG_LEVEL of app changes (info → debug)");
    await stack.pulumi(["config", "rm", "pulumi:autonaming"]);
  });

  test("no secret of the Kubernetes fields, neither the old nor the new, also where it is none any more", async () => {
    await up({ service, hostname: "first-host" });
    const changed = await preview(stack, { service, hostname: "second-host" });
    expect(changed.words).toContain("because hostname changes.");
    const plain = await preview(stack, {
      service,
      podSpec: { terminationGracePeriodSeconds: 1, hostname: "plain-host" },
    });
    expect(plain.words).toContain("because hostname changes");
    for (const { words } of [changed, plain]) expect(words).not.toMatch(/first-host|second-host/);
    await up({ service });
  });

  test("of a new version of init-pod: that its defaults may be others", async () => {
    const of = (path: string) => kubectl(["-n", stack.namespace, "get", "pods", "-o", `jsonpath={.items[0].${path}}`]);
    const [name, record] = await Promise.all([of("metadata.name"), of("metadata.annotations.init-pod\\.dev/applied")]);
    const older = record.replace(/^1 \S+/, "1 0.0.1");
    await kubectl(["-n", stack.namespace, "annotate", "--overwrite", "pod", name, `init-pod.dev/applied=${older}`]);
    const { words } = await preview(stack, { service, podSpec: { terminationGracePeriodSeconds: 3 } });
    expect(words).toMatch(/The Pod was made by init-pod 0\.0\.1, and this is \S+, whose defaults may be others\./);
    await kubectl(["-n", stack.namespace, "annotate", "--overwrite", "pod", name, `init-pod.dev/applied=${record}`]);
  });

  test("of a failed Pod, and of one that is gone: which, of what, and that it is made anew; `up` says it too", async () => {
    const failing = { service, init: [busybox("fetch", "exit 3"), migrate] };
    expect((await stack.tryUp({ env: { EDIT: JSON.stringify(failing) } })).code).not.toBe(0);
    const failed = await preview(stack, failing);
    expect(failed.words).toMatch(
      /^web: a new Pod, because Pod web-\w+ can't get Ready: init container "fetch" failed with exit code 3\. Runs again/,
    );
    expect(failed.words).toContain("The old Pod serves until the new one is Ready: no downtime.");
    const healed = await up({ service });
    expect(diagnostics(healed.output).match(/can't get Ready/g)).toHaveLength(1);
    expect(healed.output).toMatch(/Pod web-\w+ can't get Ready: .*\. It is made anew\./);

    await kubectl(["-n", stack.namespace, "delete", "pods", "--all", "--force"]);
    const gone = await preview(stack, { service });
    expect(gone.words).toMatch(/^web: a new Pod, because no Pod of it lives any more/);
  });
});
