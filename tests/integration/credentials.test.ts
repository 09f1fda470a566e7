import { createPublicKey, type JsonWebKey, verify } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bridgeAddress } from "../../sandbox/cluster/constants.ts";
import { selfSigned } from "./support/certificate.ts";
import { stopPodSandbox } from "./support/cri.ts";
import { images } from "./support/programs.ts";
import { diagnostics, kubectl, objects, TestStack } from "./support/stack.ts";

/** What is planted, and who may know it. */
const planted = {
  /** What the server gives for a token. */
  answer: "answer-7d1f0c55",
  /** What the server gives for the key. */
  other: "other-51c2aa07",
  /** Of a Secret that one step is given. */
  key: "key-3b9e6f21",
  /** Of a Secret that the app is given. */
  own: "own-98c0de44",
  /** A Pulumi secret that one step is given. */
  pulumi: "pulumi-0a7bd312",
} as const;
const levels = ["restricted", "restricted-no-ids", "image"] as const;

/** A server that trusts the cluster's tokens for one audience, as far as they are signed by one of its keys. */
class Vault {
  readonly tokens = new Set<string>();
  #keys: { kid: string; key: JsonWebKey }[] = [];
  #issuer = "";
  url = "";
  certificate = "";
  #close: () => void = () => undefined;

  static async open(folder: string): Promise<Vault> {
    const vault = new Vault();
    const { keys } = JSON.parse(await kubectl(["get", "--raw", "/openid/v1/jwks"])) as {
      keys: (JsonWebKey & { kid: string })[];
    };
    const discovery = await kubectl(["get", "--raw", "/.well-known/openid-configuration"]);
    vault.#issuer = (JSON.parse(discovery) as { issuer: string }).issuer;
    vault.#keys = keys.map((key) => ({ kid: key.kid, key }));
    const { key, certificate } = await selfSigned(folder, bridgeAddress);
    const server = createServer({ key, cert: certificate }, ({ url, headers }, response) => {
      const given = headers.authorization ?? "";
      const isKnown = url === "/key" ? given === planted.key : vault.#trusts(given.replace(/^Bearer /, ""));
      if (!isKnown) response.writeHead(401).end("<h1>Who are you?</h1>");
      else response.end(url === "/key" ? planted.other : planted.answer);
    });
    server.listen(0, bridgeAddress);
    await once(server, "listening");
    vault.url = `https://${bridgeAddress}:${(server.address() as AddressInfo).port}`;
    vault.certificate = certificate;
    vault.#close = () => {
      server.closeAllConnections();
      server.close();
    };
    return vault;
  }

  close(): void {
    this.#close();
  }

  #trusts(token: string): boolean {
    const [head = "", claims = "", signature = ""] = token.split(".");
    const parsed = (part: string): unknown => JSON.parse(Buffer.from(part, "base64url").toString());
    try {
      const { kid } = parsed(head) as { kid: string };
      const jwk = this.#keys.find((one) => one.kid === kid)?.key;
      if (jwk === undefined) return false;
      const isSigned = verify(
        "sha256",
        Buffer.from(`${head}.${claims}`),
        { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" },
        Buffer.from(signature, "base64url"),
      );
      const { aud, iss, exp } = parsed(claims) as { aud: string[]; iss: string; exp: number };
      this.tokens.add(token);
      return isSigned && iss === this.#issuer && aud.includes("tests") && exp * 1000 > Date.now();
    } catch {
      return false;
    }
  }
}

const programOf = (vault: Vault): string => `
const pulumi = require("@pulumi/pulumi");
const { InitPod } = require("init-pod");
const secret = new pulumi.Config().requireSecret("planted");
const ca = ${JSON.stringify(vault.certificate)};
for (const security of ${JSON.stringify(levels)}) {
  const key = { secret: "planted", key: "key" };
  const web = new InitPod(security, {
    security,
    init: [
      { image: "${images.curl}", credentials: { url: "${vault.url}/login", to: "/secrets/db/login", audience: "tests", ca } },
      { image: "${images.curl}", credentials: { url: "${vault.url}/key", to: "/secrets/api/key", secretHeaders: { Authorization: key }, ca,
        mode: security === "restricted" ? "0400" : undefined } },
      { image: "${images.busybox}",
        files: { templates: { "/etc/shop/shop.ini": "host=$(HOST)\\nuser=$(USER_NAME)\\n" }, env: { HOST: "db:5432" } },
        secretEnv: { USER_NAME: { secret: "planted", key: "user" } } },
      { name: "other", image: "${images.busybox}", run: {
        script: 'ls -R /secrets 2>&1 || true; cat /etc/shop/shop.ini; test -n "$SECRET"', env: { SECRET: secret } } },
    ],
    container: { image: "${images.curl}", command: ["sleep", "3600"], secretEnv: { OWN: { secret: "planted", key: "own" } } },
    podSpec: {
      terminationGracePeriodSeconds: 1,
      securityContext: security === "restricted-no-ids" ? { runAsUser: 1000 } : {},
    },
  });
  exports[security] = web.initLogs;
}
`;

interface Pod {
  metadata: { name: string; uid: string; labels: Record<string, string> };
  status: {
    conditions?: { type: string; status: string }[];
    initContainerStatuses: { name: string; restartCount: number; state: { terminated?: { exitCode: number } } }[];
  };
}

let stack: TestStack;
let vault: Vault;
let output = "";

beforeAll(async () => {
  stack = await TestStack.create("");
  vault = await Vault.open(stack.folder);
  stack.write(programOf(vault));
  await stack.configure("planted", planted.pulumi, "--secret");
  await kubectl([
    ...["create", "secret", "generic", "planted", "-n", stack.namespace],
    ...[`--from-literal=key=${planted.key}`, `--from-literal=own=${planted.own}`, "--from-literal=user=shop&\\1"],
  ]);
  ({ output } = await stack.up());
}, 180_000);
afterAll(async () => {
  vault.close();
  await stack.remove();
});

async function podOf(level: string): Promise<Pod> {
  const pods = await objects<Pod>("pods", stack.namespace);
  const pod = pods.find(({ metadata }) => metadata.name.replace(/-[0-9a-f]+$/, "") === level);
  if (pod === undefined) throw new Error(`no Pod of ${level}`);
  return pod;
}

async function inApp(level: string, script: string): Promise<string> {
  const { metadata } = await podOf(level);
  return await kubectl(["exec", "-n", stack.namespace, metadata.name, "-c", "app", "--", "sh", "-c", script]);
}

/** All that the app's own user can read. */
const loot = `
env
for file in /proc/[0-9]*/environ /proc/[0-9]*/cmdline /proc/[0-9]*/mountinfo /dev/termination-log; do cat $file 2>/dev/null; done
find / -path /proc -prune -o -path /sys -prune -o -type f -exec cat {} + 2>/dev/null
api=https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT
for path in secrets configmaps pods/x/log serviceaccounts/default/token; do
  curl -sk --max-time 5 $api/api/v1/namespaces/NAMESPACE/$path
done
true
`;

describe.each(levels)("credentials under %s", (level) => {
  test("are a file that the app can read, and cannot change", async () => {
    expect(await inApp(level, "cat /secrets/db/login /secrets/api/key")).toBe(planted.answer + planted.other);
    expect(await inApp(level, "stat -c '%a' /secrets/db/login; (echo x >/secrets/db/login) 2>&1; true")).toMatch(
      /^444\n.*Read-only file system/,
    );
    expect(await inApp(level, "grep ' /secrets/' /proc/mounts")).toMatch(/^tmpfs \/secrets\/db tmpfs ro,/m);
  });

  test("are seen by no other step, which sees the files that others wrote", async () => {
    const logs = (await stack.outputs())[level] as { container: string; log: string[] }[];
    expect(logs.map(({ container }) => container)).toEqual(["credentials", "credentials-2", "files", "other"]);
    expect(logs[3]?.log.join("\n")).toMatch(/secrets.*No such file or directory\nhost=db:5432\nuser=shop&\\1$/);
    expect(logs[0]?.log).toEqual([`HTTP 200, ${planted.answer.length} bytes`, "saved /secrets/db/login"]);
  });

  test("cost the app nothing that was needed to get them", async () => {
    const all = await inApp(level, loot.replace("NAMESPACE", stack.namespace));
    // The controls: what the app was given is found by the same search.
    expect(all).toContain(planted.own);
    expect(all).toContain(planted.answer);
    expect(all.match(/"code":40[13]/g) ?? all.match(/"code": 40[13]/g)).toHaveLength(4);
    expect(vault.tokens.size).toBeGreaterThanOrEqual(levels.length);
    for (const hidden of [planted.key, planted.pulumi, ...vault.tokens]) expect(all).not.toContain(hidden);
    expect(all).not.toContain("kubernetes.io/serviceaccount");
  });
});

test("what init was given is in no log, no event, no termination message, no preview and no state in clear", async () => {
  const pods = await objects<Pod>("pods", stack.namespace);
  const logs = await Promise.all(
    pods.map(({ metadata }) => kubectl(["logs", "-n", stack.namespace, metadata.name, "--all-containers"])),
  );
  const events = await kubectl(["get", "events", "-n", stack.namespace, "-o", "json"]);
  const { output: preview } = await stack.pulumi(["preview", "--diff"]);
  const { stdout: state } = await stack.pulumi(["stack", "export"]);
  const places = { output, logs: logs.join("\n"), pods: JSON.stringify(pods), events, preview, state };
  for (const [place, text] of Object.entries(places)) {
    for (const hidden of [planted.key, planted.pulumi, planted.answer, planted.other, ...vault.tokens]) {
      expect(text.includes(hidden), `${hidden} in ${place}`).toBe(false);
    }
  }
  expect(places.logs).toContain("saved /secrets/db/login");
});

test("an unchanged program changes nothing", async () => {
  expect(Object.keys(await stack.previewed())).toEqual(["same"]);
});

test("run again on what they wrote, as where the Pod's sandbox dies", async () => {
  const { metadata } = await podOf("restricted");
  await stopPodSandbox(metadata.uid);
  const deadline = Date.now() + 90_000;
  for (;;) {
    const { status } = await podOf("restricted");
    const isReady = status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;
    if (isReady && status.initContainerStatuses.every(({ restartCount }) => restartCount > 0)) break;
    if (Date.now() > deadline) throw new Error(`not run again: ${JSON.stringify(status)}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const { status } = await podOf("restricted");
  expect(status.initContainerStatuses.map(({ state }) => state.terminated?.exitCode)).toEqual([0, 0, 0, 0]);
  expect(await inApp("restricted", "cat /secrets/db/login; cat /etc/shop/shop.ini")).toContain(planted.answer);
});

test("with a token for another audience they fail in `up`, with what the server said, and nothing is left", async () => {
  stack.write(
    programOf(vault)
      .replace(JSON.stringify(levels), '["restricted"]')
      .replace('audience: "tests"', 'audience: "others"'),
  );
  const { code, output: failed, seconds } = await stack.tryUp();
  expect(code).not.toBe(0);
  expect(seconds).toBeLessThan(60);
  expect(failed).toMatch(/init container "credentials"\s+of Pod \S+ failed\s+after 2 attempts: exit code 22/);
  expect(failed).toContain("401");
  expect(failed).not.toContain("Who are you");
  expect(diagnostics(failed).match(/^ *error:/gm)).toHaveLength(1);
});
