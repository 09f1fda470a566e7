import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { InitPodArgs } from "../../components/spec/args.ts";
import { Security } from "../../components/spec/choices.ts";
import type { InitStep } from "../../components/spec/initStep.ts";
import { kindNames, kindsOf } from "../../components/spec/kinds.ts";
import { manifest } from "../../components/spec/manifest";
import { standardOf, violations } from "../../components/spec/podSecurity";
import { type Breach, breaches, sound, soundInBaseline } from "../fixtures/podSecurity/breaches.ts";
import { eventually } from "./support/machine.ts";
import { images } from "./support/programs.ts";
import { run } from "./support/run.ts";
import { diagnostics, kubectl, objects, TestStack } from "./support/stack.ts";

const standards = ["privileged", "baseline", "restricted"] as const;
const prefix = `test-${Math.random().toString(36).slice(2, 8)}`;

/** What enforces a standard. */
const namespaceOf = (standard: (typeof standards)[number]): string => `${prefix}-${standard}`;

beforeAll(async () => {
  for (const standard of standards) {
    const name = namespaceOf(standard);
    await kubectl(["create", "namespace", name]);
    await kubectl(["label", "namespace", name, `pod-security.kubernetes.io/enforce=${standard}`]);
    // Until there is one, no Pod is admitted.
    const hasAccount = async (): Promise<boolean> =>
      (await run("kubectl", ["get", "serviceaccount", "default", "-n", name])).code === 0;
    expect(await eventually(hasAccount, 20)).toBe(true);
  }
});

afterAll(async () => {
  await kubectl(["delete", "namespace", ...standards.map(namespaceOf), "--wait=false"]);
});

const base: InitPodArgs = { init: [{ run: { script: "true" } }], container: { image: "app:1" } };

/** What the API server has against Pods of these arguments in a namespace, by their places; nothing is made. */
async function refusals(
  all: readonly Partial<InitPodArgs>[],
  standard: (typeof standards)[number],
): Promise<(string | undefined)[]> {
  const items = all.map((args, index) => {
    const annotations = args.annotations;
    const { podSpec: spec } = manifest({ ...base, ...args });
    return { apiVersion: "v1", kind: "Pod", metadata: { name: `pod-${index}-`, annotations }, spec };
  });
  // Names may not end in a dash: the API server's own words about one would name it otherwise.
  const input = JSON.stringify({
    apiVersion: "v1",
    kind: "List",
    items: items.map((item) => ({ ...item, metadata: { ...item.metadata, name: `${item.metadata.name}x` } })),
  });
  const command = ["create", "--dry-run=server", "-n", namespaceOf(standard), "-f", "-"];
  const { stdout, stderr } = await run("kubectl", command, { input });
  return items.map(({ metadata: { name } }) => {
    const error = stderr.split("\n").find((line) => line.includes(`"${name}x"`));
    if (error === undefined) expect(stdout, `${name}\n${stderr}`).toContain(`pod/${name}x created`);
    return error;
  });
}

const withLevel = (security: Security) => (one: Partial<InitPodArgs>) => ({ ...one, security });

/** What the API server calls each control, in front of the fields that break it. */
const wordsOf: Record<string, RegExp> = {
  "Host Namespaces": /host namespaces \(/,
  Capabilities: /(unrestricted|non-default) capabilities \(/,
  Volumes: /(hostPath volumes|restricted volume types) \(/,
  "Host Ports": /hostPort \(/,
  "Host Probes / Lifecycle Hooks": /probe or lifecycle host \(/,
  AppArmor: /forbidden AppArmor profiles? \(/,
  SELinux: /seLinuxOptions \(/,
  "/proc Mount Type": /procMount \(/,
  Seccomp: /seccompProfile \(/,
  Sysctls: /forbidden sysctls \(/,
  "Privilege Escalation": /allowPrivilegeEscalation != false \(/,
  "Running as Non-root": /runAsNonRoot != true \(/,
  "Running as Non-root user": /runAsUser=0 \(/,
};
/** What this API server refuses whatever the namespace enforces, as it says so before that is asked. */
const neverValid = ["/proc Mount Type", "HostProcess", "Privileged Containers"];

/** Those of a Pod that the table finds, with the two that are about volumes as one. */
function controlsOf(args: Partial<InitPodArgs>, standard: (typeof standards)[number]): string[] {
  const { podSpec: spec } = manifest({ ...base, ...args });
  const found = violations({ spec, annotations: args.annotations }, standard).map(({ control }) => control);
  return [...new Set(found.map((control) => (control.includes("Volume") ? "Volumes" : control)))].sort();
}

describe("the API server", () => {
  let tried: readonly Breach[];

  test("takes each Pod that breaks a rule for valid, but for those that it refuses everywhere", async () => {
    const answers = await refusals(
      breaches.map(({ args }) => withLevel(Security.Image)(args)),
      "privileged",
    );
    const invalid = breaches.filter((_, at) => answers[at] !== undefined);
    for (const answer of answers) if (answer !== undefined) expect(answer).toMatch(/"pod-\d+-x" is invalid: /);
    expect(
      invalid.filter(({ control, standard }) => !(neverValid.includes(control) && standard === "baseline")),
    ).toEqual([]);
    tried = breaches.filter((one) => !invalid.includes(one));
    expect(tried.length).toBeGreaterThan(40);
  });

  test.each(["restricted", "baseline"] as const)(
    'refuses by "%s" what the table finds, for the same controls, and nothing else',
    async (standard) => {
      const args = tried.map((breach) => withLevel(standard)(breach.args));
      const answers = await refusals(args, standard);
      for (const [at, answer = ""] of answers.entries()) {
        const said = Object.keys(wordsOf).filter((control) => wordsOf[control]?.test(answer));
        expect(said.sort(), `${tried[at]?.found} ${answer}`).toEqual(controlsOf(args[at] ?? {}, standard));
        expect(answer === "" || answer.includes(`violates PodSecurity "${standard}:latest"`), answer).toBe(true);
      }
      const broken = tried.filter((one) => standard === "restricted" || one.standard === "baseline");
      expect(answers.filter((answer) => answer !== undefined)).toHaveLength(broken.length);
    },
  );

  test("admits what the table finds nothing in", async () => {
    for (const level of [Security.Restricted, Security.Baseline]) {
      const pods = [...sound, ...(level === Security.Baseline ? soundInBaseline : [])].map(withLevel(level));
      expect(await refusals(pods, level)).toEqual(pods.map(() => undefined));
    }
  });

  test("admits Pods of every kind of step under each level, where the standard that it keeps is enforced", async () => {
    const ca = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
    const steps: Record<string, InitStep> = {
      tcp: { waitFor: { tcp: "db:5432" } },
      http: { waitFor: { http: { url: "http://db/", headers: { Accept: "a" } } } },
      download: { download: { url: "http://db/", to: "/data/file" } },
      credentials: {
        credentials: { url: "https://vault/", to: "/secrets/a", audience: "vault", ca, proxy: "http://proxy:1" },
      },
      files: { files: { contents: { "/conf/a": "a" }, templates: { "/conf/b": "$(B)" }, env: { B: "b" } } },
      gitHttp: { gitClone: { repo: "https://git/a", to: "/git/a", token: { secret: "git", key: "token" } } },
      gitSsh: {
        gitClone: {
          repo: "git@git:a",
          to: "/git/b",
          sshKey: { secret: "git", key: "ssh" },
          knownHosts: "git ssh-ed25519 AAAA",
        },
      },
      cp: { copyFromImage: { image: "site:1", from: "/app", to: "/data/cp" } },
      volume: { copyFromImage: { image: "site:1", from: "/app", to: "/data/volume", by: "volume" } },
      run: { run: { script: "true", writes: ["/out/file"] } },
      sidecar: { run: { command: ["serve"] }, sidecar: true, startWhen: { port: 9000 } },
      container: { container: { image: "b:1" } },
    };
    const more: Partial<InitPodArgs> = {
      container: { image: "app:1", port: 80, readyPath: "/", resources: { limits: { memory: "64Mi" } } },
      volumes: {
        a: { mountPath: "/a" },
        b: { mountPath: "/b", emptyDir: { memory: true } },
        c: { mountPath: "/c", configMap: "c" },
        d: { mountPath: "/d", secret: "d", mountIn: "init" },
        e: { mountPath: "/e", claim: "e" },
      },
    };
    const tried = new Set(Object.values(steps).flatMap(kindsOf));
    expect([...tried].sort()).toEqual([...kindNames].sort());
    for (const security of Object.values(Security)) {
      const pods = [...Object.values(steps).map((step) => ({ init: [step] })), { init: Object.values(steps), ...more }];
      const standard = standardOf(security);
      expect(await refusals(pods.map(withLevel(security)), standard), security).toEqual(pods.map(() => undefined));
    }
  });
});

/** A stack in a namespace that enforces a standard. */
async function enforced(program: string, standard: string): Promise<TestStack> {
  const stack = await TestStack.create(program);
  onTestFinished(() => stack.remove());
  await kubectl(["label", "namespace", stack.namespace, `pod-security.kubernetes.io/enforce=${standard}`]);
  return stack;
}

describe("the level baseline, in a namespace that enforces it:", () => {
  test("stock nginx on port 80 runs under it", async () => {
    const stack = await enforced(
      `const { InitPod } = require("init-pod");
exports.url = new InitPod("web", { security: "baseline", container: { image: "${images.nginx}", port: 80 } }).url;`,
      "baseline",
    );
    await stack.up();
    expect((await fetch(await stack.output("url"))).status).toBe(200);
    const [pod] = await objects<{ metadata: { name: string } }>("pods", stack.namespace);
    const user = await kubectl(["exec", "-n", stack.namespace, pod?.metadata.name ?? "", "--", "id", "-u"]);
    expect(user.trim()).toBe("0");
  });

  test("a program that gains root by a setuid bit goes on doing so", async () => {
    const script =
      "cp $(command -v curl) /data/curl; chmod 4755 /data/curl; echo of root > /data/rooted; chmod 600 /data/rooted";
    const stack = await enforced(
      `const { InitPod } = require("init-pod");
new InitPod("web", {
  security: "baseline",
  init: [{ image: "${images.curl}", run: { script: ${JSON.stringify(script)}, writes: ["/data/curl"] } }],
  container: {
    image: "${images.curl}",
    command: ["sh", "-c", "id -u; /data/curl -s file:///data/rooted; exec sleep 3600"],
    container: { securityContext: { runAsUser: 1000 } },
  },
  podSpec: { terminationGracePeriodSeconds: 1 },
});`,
      "baseline",
    );
    await stack.up();
    const [pod] = await objects<{ metadata: { name: string } }>("pods", stack.namespace);
    const said = async (): Promise<string> =>
      await kubectl(["logs", "-n", stack.namespace, pod?.metadata.name ?? "", "-c", "app"]);
    expect(await eventually(async () => (await said()) === "1000\nof root\n", 10), await said()).toBe(true);
  });
});

test("a field that breaks the level is warned of by preview and `up`, which go on", async () => {
  const stack = await TestStack.create(
    `const { InitPod } = require("init-pod");
new InitPod("web", {
  container: { image: "${images.unprivileged}", port: 8080 },
  forward: { mode: "never" },
  podSpec: {
    containers: [{ name: "app", securityContext: { capabilities: { add: ["SYS_TIME"] } } }],
    volumes: [{ name: "node", hostPath: { path: "/tmp" } }],
  },
});`,
  );
  onTestFinished(() => stack.remove());
  for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
    const { output } = await stack.pulumi(command);
    const warnings = diagnostics(output).match(/^.*against the Pod Security Standard.*$/gm) ?? [];
    expect(warnings.map((line) => line.trim().replace(/, against.*say /, " … "))).toEqual([
      'warning: Container "app" has securityContext.capabilities.add[0] = "SYS_TIME" … security: "image", which allows that.',
      'warning: The Pod has volumes[node].hostPath = {"path":"/tmp"} … security: "image", which allows that.',
    ]);
  }
});
