import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withPlaces } from "../documented.ts";
import { daemonOf, eventually, listens } from "../machine.ts";
import { PackedPlugin } from "../plugin.ts";
import { images, weatherUrl } from "../programs.ts";
import { adminConfig } from "../proxy.ts";
import { diagnostics, kubectl, objects, repo, type TestStack } from "../stack.ts";
import { programStack } from "./programStack.ts";
import type { Toolchain } from "./toolchains.ts";

const prepareMs = 15 * 60_000;
const perTestMs = 3 * 60_000;
const token = "correct-horse-battery";
const page = "/usr/share/nginx/html/index.html";
const stepSeconds = 4;
const passing = `echo first; echo "it is $TOKEN"; sleep ${stepSeconds}; echo last; echo hello > ${page}`;

interface InitLog {
  container: string;
  exitCode: number;
  log: string[];
}

export interface Prepared {
  plugin: PackedPlugin;
  toolchain: Toolchain;
}

/** Packs and installs the plugin, and prepares the language, for the tests of a file. */
export function prepared(prepare: (folder: string) => Promise<Toolchain>): () => Prepared {
  const folder = mkdtempSync(join(tmpdir(), "init-pod-language-"));
  let now: Prepared | undefined;
  beforeAll(async () => {
    const toolchain = await prepare(folder);
    const plugin = await PackedPlugin.pack();
    await plugin.install();
    now = { plugin, toolchain };
  }, prepareMs);
  afterAll(() => {
    now?.plugin.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    if (now === undefined) throw new Error("not prepared");
    return now;
  };
}

/** A program with two InitPods, `web` and `other`, of which `web` runs a script of the stack's configuration. */
export function testProgram(setting: () => Prepared): void {
  describe("a program with two InitPods", () => {
    let stack: TestStack;
    let shown = "";
    const seen = new Map<string, number>();

    beforeAll(async () => {
      const { plugin, toolchain } = setting();
      stack = await programStack(plugin, toolchain, { config: { "test:script": passing } });
      await stack.configure("token", token, "--secret");
      const onOutput = (text: string): void => {
        for (const line of ["first", "last"]) if (text.includes(`page | ${line}`)) seen.set(line, performance.now());
      };
      shown = (await stack.up({ onOutput })).output;
    });
    afterAll(() => stack.remove());

    test("streams the logs while the steps run", () => {
      expect(Number(seen.get("last")) - Number(seen.get("first"))).toBeGreaterThan((stepSeconds * 1000) / 2);
    });

    test("has URLs that answer from the one's Pod and from the other's", async () => {
      const { url, otherUrl, podName, namespace } = (await stack.outputs()) as Record<string, string>;
      expect(await (await fetch(url ?? "")).text()).toBe("hello\n");
      expect(await (await fetch(otherUrl ?? "")).text()).toBe("other\n");
      const pods = await objects<{ metadata: { name: string } }>("pods", stack.namespace);
      expect(pods.map(({ metadata }) => metadata.name)).toContain(podName);
      expect(namespace).toBe(stack.namespace);
    });

    test("tells the steps' logs, a secret as one of them was given a secret", async () => {
      const { initLogs } = (await stack.outputs()) as { initLogs: InitLog[] };
      expect(initLogs).toMatchObject([{ container: "page", exitCode: 0 }]);
      expect(initLogs[0]?.log).toEqual(["first", expect.stringContaining("it is"), "last"]);
      expect((await stack.pulumi(["stack", "output", "--json"])).stdout).toMatch(/"initLogs": "\[secret\]"/);
    });

    test("keeps the secret out of what is shown and of the state", async () => {
      expect(shown).toContain("page | it is ");
      expect(shown).not.toContain(token);
      expect((await stack.pulumi(["preview", "--json"])).output).not.toContain(token);
      expect(textBelow(join(stack.folder, "backend"))).not.toContain(token);
    });

    test("shows no change in the next preview", async () => {
      await stack.pulumi(["preview", "--diff", "--expect-no-changes"]);
    });

    test("of which one fails has one error, on that one, that says what an error in TypeScript says", async () => {
      await stack.configure("script", "echo oh no; exit 7");
      const { code, output } = await stack.tryUp();
      expect(code).not.toBe(0);
      const ends = diagnostics(output);
      expect(ends).toMatch(/init container "page" of Pod \S+\/web-\S+ failed\s+after 1 attempt: exit code 7/);
      expect(ends).toContain("| oh no");
      expect(ends).toContain(`kubectl logs -n ${stack.namespace}`);
      expect(ends.match(/\| oh no/g)).toHaveLength(1);
      expect(ends).not.toMatch(/Pod \S+\/other-|'other' has a problem/);
      // What the language adds of its own.
      const [ours = ""] = ends.split(/Traceback|waiting for RPCs/);
      expect(ours).toContain("| oh no");
    });

    test("leaves the Pod that served before as it was, and is well again once the cause is gone", async () => {
      expect(await (await fetch(await stack.output("url"))).text()).toBe("hello\n");
      await stack.configure("script", passing);
      await stack.up();
      await stack.pulumi(["preview", "--expect-no-changes"]);
    });

    test("leaves nothing after destroy: no Pod, no listener, no forwarder", async () => {
      const port = Number(new URL(await stack.output("url")).port);
      expect(await listens(port)).toBe(true);
      await stack.destroy();
      expect(await objects("pods,services", stack.namespace)).toEqual([]);
      const gone = async () => !(await listens(port)) && daemonOf(stack.stateHome) === undefined;
      expect(await eventually(gone, 5)).toBe(true);
    });
  });
}

/** The same program, with a provider that has a namespace and a kubeconfig of its own. */
export function testProvider(setting: () => Prepared): void {
  describe("an explicit provider", () => {
    let stack: TestStack;
    let namespace = "";
    /** There is no cluster but the provider's. */
    const env = { KUBECONFIG: "/no/such/kubeconfig" };

    beforeAll(async () => {
      const { plugin, toolchain } = setting();
      stack = await programStack(plugin, toolchain, { config: { "test:script": passing } });
      namespace = `${stack.namespace}-own`;
      await kubectl(["create", "namespace", namespace]);
      await stack.configure("token", token, "--secret");
      await stack.configure("namespace", namespace);
      await stack.configure("kubeconfig", JSON.stringify(await adminConfig()), "--secret");
      await stack.up({ env });
    });
    afterAll(async () => {
      await kubectl(["delete", "namespace", namespace, "--wait=false"]);
      await stack.remove();
    });

    test("says in which cluster and namespace the Pods are, and their logs and URLs come from there", async () => {
      const outputs = (await stack.outputs()) as Record<string, string>;
      expect(await objects("pods", namespace)).toHaveLength(2);
      expect(await objects("pods", stack.namespace)).toEqual([]);
      expect(outputs.namespace).toBe(namespace);
      expect(outputs.initLogs).toMatchObject([{ container: "page", exitCode: 0 }]);
      expect(await (await fetch(outputs.url ?? "")).text()).toBe("hello\n");
    });

    test("shows no change in the next preview", async () => {
      await stack.pulumi(["preview", "--diff", "--expect-no-changes"], { env });
    });

    test("leaves nothing after destroy", async () => {
      await stack.pulumi(["destroy", "--yes", "--skip-preview"], { env });
      expect(await objects("pods,services", namespace)).toEqual([]);
    });
  });
}

/** What the examples have of the world, and the sandbox's own for it. */
const places = [
  ["https://example.com/", weatherUrl],
  ["curlimages/curl:8.17.0", images.curl],
  ["nginxinc/nginx-unprivileged:1.29", images.unprivileged],
] as const;

/** The example in the folder of this name. Its program is in `file`. */
export function testExample(setting: () => Prepared, name: string, file: string): void {
  test(`examples/${name} goes up, answers, and is destroyed`, { timeout: 2 * perTestMs }, async () => {
    const { plugin, toolchain } = setting();
    const stack = await programStack(plugin, toolchain, { program: join(repo, "examples", name) });
    try {
      const program = join(stack.project, file);
      writeFileSync(program, withPlaces(readFileSync(program, "utf8"), places));
      const { output } = await stack.up();
      expect(output).toMatch(/download \| HTTP 200, \d+ bytes/);
      const { url, initLogs } = (await stack.outputs()) as { url: string; initLogs: InitLog[] };
      expect(await (await fetch(url)).text()).toContain("temperature");
      expect(initLogs).toMatchObject([{ container: "download", exitCode: 0 }]);
      await stack.pulumi(["preview", "--expect-no-changes"]);
      await stack.destroy();
      expect(await objects("pods,services", stack.namespace)).toEqual([]);
    } finally {
      await stack.remove();
    }
  });
}

function textBelow(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map((file) => readFileSync(join(file.parentPath, file.name), "utf8")).join("\n");
}
