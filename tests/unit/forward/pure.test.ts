import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { currentPod, describePod, latestPod, type PodSummary } from "../../../components/cluster/pods/summary.ts";
import { commonLabels } from "../../../components/contract/labels.ts";
import { daemonEnvironment } from "../../../components/forward/client/environment.ts";
import { parseListeners } from "../../../components/forward/client/portOwner.ts";
import { portOf } from "../../../components/forward/client/ports.ts";
import { explainDial, explainRefusal } from "../../../components/forward/serve/failure.ts";
import { isLocalHost, mayBeHttp, parseHttpHead } from "../../../components/forward/serve/httpHead.ts";
import { ownAnswer } from "../../../components/forward/serve/ownAnswer.ts";
import { forwardKey, type ForwardRequest, samePods } from "../../../components/forward/state/desired.ts";
import { startOnLinux } from "../../../components/forward/state/processIdentity.ts";
import { stateFolder } from "../../../components/forward/state/stateFolder.ts";
import { compareVersions, packageVersion } from "../../../components/forward/state/version.ts";
import { DialError } from "../../../components/forward/tunnel/errors.ts";
import { backoffMs } from "../../../components/time/backoff.ts";

const pod = (more: Partial<PodSummary>): PodSummary => ({
  uid: "u",
  name: "web",
  namespace: "default",
  createdAt: 0,
  deleting: false,
  ready: true,
  phase: "Running",
  labels: {},
  annotations: {},
  init: [],
  containers: [],
  ...more,
});

describe("the daemon's environment", () => {
  it("holds nothing of Pulumi, of Node or of secret variables", () => {
    const env = daemonEnvironment({
      PULUMI_CONFIG: '{"a:password":"secret"}',
      PULUMI_CONFIG_PASSPHRASE: "secret",
      NODE_OPTIONS: "--inspect",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_ACCESS_KEY_ID: "secret",
      GITHUB_TOKEN: "secret",
      AZURE_CLIENT_SECRET: "secret",
      GOOGLE_APPLICATION_CREDENTIALS: '{"private_key":"secret"}',
    });
    expect(env).toEqual({});
  });

  it("holds what finds programs, files, proxies and profiles", () => {
    const env = {
      PATH: "/bin",
      HOME: "/home/me",
      XDG_STATE_HOME: "/state",
      KUBECONFIG: "/k",
      https_proxy: "http://proxy:3128",
      AWS_PROFILE: "dev",
      GOOGLE_APPLICATION_CREDENTIALS: "/key.json",
    };
    expect(daemonEnvironment(env)).toEqual(env);
  });
});

describe("versions", () => {
  it.each([
    ["1.2.3", "1.2.3", 0],
    ["1.10.0", "1.9.0", 1],
    ["1.0.0-rc.1", "1.0.0", -1],
    ["1.0.0-rc.2", "1.0.0-rc.10", -1],
    ["1.0.0-alpha", "1.0.0-1", 1],
    ["2.0.0+build", "2.0.0", 0],
  ])("%s against %s", (left, right, sign) => {
    expect(Math.sign(compareVersions(left, right))).toBe(sign);
    expect(Math.sign(compareVersions(right, left))).toBe(sign === 0 ? 0 : -sign);
  });

  it("finds that of this package", () => {
    expect(packageVersion()).toMatch(/^\d+\.\d+\.\d+/);
    expect(packageVersion()).not.toBe("0.0.0");
  });
});

describe("the state folder", () => {
  it("follows XDG, and the platform's custom without it", () => {
    expect(stateFolder({ XDG_STATE_HOME: "/x" }, "linux", "/home/me")).toBe("/x/init-pod");
    expect(stateFolder({ XDG_STATE_HOME: "relative" }, "linux", "/home/me")).toBe("/home/me/.local/state/init-pod");
    expect(stateFolder({}, "darwin", "/Users/me")).toBe("/Users/me/.local/state/init-pod");
    expect(stateFolder({ LOCALAPPDATA: "/local" }, "win32", "/me")).toBe("/local/init-pod/state");
  });
});

describe("the Pod that connections go to", () => {
  const old = pod({ uid: "old", createdAt: 1 });

  it("is the newest Ready one", () => {
    expect(currentPod([pod({ uid: "new", createdAt: 2 }), old])?.uid).toBe("new");
  });

  it("is not one that is being deleted, nor one that is not Ready", () => {
    const others = [pod({ createdAt: 3, deleting: true }), pod({ createdAt: 4, ready: false })];
    expect(currentPod([...others, old])?.uid).toBe("old");
  });

  it("is spoken of as the newest, but for those being deleted", () => {
    const failing = pod({ uid: "failing", createdAt: 2, ready: false });
    expect(latestPod([old, failing, pod({ createdAt: 3, deleting: true })])?.uid).toBe("failing");
  });

  it.each([
    [pod({ init: [{ name: "get", state: "running", restarts: 0 }], phase: "Pending" }), "runs init step get"],
    [
      pod({ init: [{ name: "get", state: "waiting", reason: "CrashLoopBackOff", exitCode: 22, restarts: 3 }] }),
      "waits for init step get, which failed with exit code 22",
    ],
    [
      pod({ containers: [{ name: "app", state: "waiting", reason: "ImagePullBackOff", restarts: 0 }] }),
      "waits to start app (ImagePullBackOff)",
    ],
    [pod({ deleting: true }), "is being deleted"],
    [pod({ phase: "Pending" }), "waits for a node"],
  ])("says what it does: %#", (one, words) => {
    expect(describePod(one)).toBe(words);
  });
});

it("one watch covers several forwards by the labels that they share", () => {
  expect(
    commonLabels([
      { a: "1", b: "2" },
      { a: "1", b: "3" },
    ]),
  ).toEqual({ a: "1" });
  expect(commonLabels([{ a: "1" }])).toEqual({ a: "1" });
});

describe("forwards", () => {
  const request: ForwardRequest = {
    urn: "urn:1",
    name: "web",
    access: {},
    clusterUid: "uid",
    context: "c",
    server: "https://one",
    namespace: "default",
    selector: { a: "1", b: "2" },
    podPort: 80,
    localPort: 20_000,
    protocol: "http",
  };

  it("are told apart by cluster, namespace and URN, not by the way to the cluster", () => {
    expect(forwardKey({ ...request, server: "https://other" })).toBe(forwardKey(request));
    const others = [{ urn: "urn:2" }, { namespace: "other" }, { clusterUid: "other" }, { clusterUid: "" }];
    expect(new Set(others.map((other) => forwardKey({ ...request, ...other }))).size).toBe(4);
    for (const other of others) expect(forwardKey({ ...request, ...other })).not.toBe(forwardKey(request));
  });

  it("try ports of 20000 to 29999 first, each its own", () => {
    const ports = Array.from({ length: 100 }, (_, index) => portOf({ ...request, namespace: `shop-${index}` }));
    expect(ports.every((port) => port >= 20_000 && port <= 29_999)).toBe(true);
    expect(new Set(ports).size).toBeGreaterThan(90);
    expect(portOf(request)).toBe(portOf({ ...request }));
  });

  it("are of the same Pods whatever the order of the labels", () => {
    expect(samePods(request, { ...request, urn: "other", selector: { b: "2", a: "1" } })).toBe(true);
    expect(samePods(request, { ...request, selector: { a: "1" } })).toBe(false);
  });
});

describe("an answer of the forwarder's own", () => {
  const situation = { kind: "waiting" as const, name: "web", message: "Pod <b>x</b> is starting." };
  const head = (text: string) => parseHttpHead(Buffer.from(text + "\r\n\r\n"));

  it("is one line for curl, with Retry-After and a mark", () => {
    const answer = ownAnswer(situation, head("GET / HTTP/1.1\r\nHost: 127.0.0.1:1\r\nAccept: */*"));
    expect(answer).toMatch(/^HTTP\/1\.1 503 .*\r\nx-init-pod: waiting\r\n/);
    expect(answer).toContain("Retry-After: 1\r\n");
    expect(answer).toMatch(/\r\n\r\nPod <b>x<\/b> is starting\.\n$/);
  });

  it("is a page for browsers, in which text stays text", () => {
    const answer = ownAnswer(situation, head("GET / HTTP/1.1\r\nHost: localhost:1\r\nAccept: text/html,*/*"));
    expect(answer).toContain("Pod &lt;b&gt;x&lt;/b&gt; is starting.");
    expect(answer).not.toContain("<b>");
  });

  it("is JSON where that is asked for", () => {
    const answer = ownAnswer(situation, head("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: application/json"));
    expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toEqual({
      state: "waiting",
      name: "web",
      message: situation.message,
      steps: [],
    });
  });

  it("shows each step on the page, where a log line can be no markup", () => {
    const steps = [
      { name: "get", state: "done" as const, text: "done", duration: "3 s", log: ["</pre><script>alert(1)</script>"] },
      { name: "wait", state: "running" as const, text: "running", duration: "12 s", log: [] },
    ];
    const answer = ownAnswer(situation, head("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html"), steps);
    expect(answer).toMatch(/get[^]*done[^]*3 s[^]*wait[^]*running[^]*12 s/);
    expect(answer).toContain("&lt;/pre&gt;&lt;script&gt;");
    expect(answer.match(/<script>/g)).toHaveLength(1);
  });

  it("allows its own script and style alone", () => {
    const answer = ownAnswer(situation, head("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html"));
    const policy = /^Content-Security-Policy: (.*)\r$/m.exec(answer)?.[1];
    const hash = (text = "") => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src ${hash(/<script>([^]*)<\/script>/.exec(answer)?.[1])}`);
    expect(policy).toContain(`style-src ${hash(/<style>([^]*)<\/style>/.exec(answer)?.[1])}`);
  });

  it("tells nothing to a page of another name", () => {
    const answer = ownAnswer(situation, head("GET / HTTP/1.1\r\nHost: evil.example:1\r\nAccept: */*"));
    expect(answer).toMatch(/^HTTP\/1\.1 421 /);
    expect(answer).not.toContain("Pod");
  });

  it("has no body for HEAD", () => {
    expect(ownAnswer(situation, head("HEAD / HTTP/1.1\r\nHost: localhost"))).toMatch(/\r\n\r\n$/);
  });
});

it("knows its own names, and takes no look-alikes", () => {
  expect(["127.0.0.1", "localhost", "web.localhost", "[::1]"].every(isLocalHost)).toBe(true);
  expect(["127.0.0.1.evil.example", "evillocalhost", ""].some(isLocalHost)).toBe(false);
});

it("takes for HTTP/1 only what can become it", () => {
  expect(["", "G", "GET / HTTP/1.1", "OPTIONS * "].map((text) => mayBeHttp(Buffer.from(text)))).toEqual(
    Array(4).fill(true),
  );
  const others = ["PRI * HTTP/2.0\r\n", "\u0016\u0003\u0001", "*3\r\n$3\r\nSET"];
  expect(others.map((text) => mayBeHttp(Buffer.from(text)))).toEqual(Array(3).fill(false));
});

it("explains failures in words that say what to do", () => {
  const refused =
    'failed to connect to localhost:8080 inside namespace "x", IPv4: dial tcp4 127.0.0.1:8080: connect: connection refused';
  expect(explainRefusal(refused, "web-1", 8080).message).toContain("Nothing listens on port 8080 inside Pod web-1");
  expect(explainDial(new DialError("the words", 403), "web-1", "https://x").final).toBe(true);
  expect(explainDial(new DialError("timeout"), "web-1", "https://x")).toMatchObject({
    kind: "unreachable",
    final: false,
  });
});

it("backs off from 50 ms, doubling, up to 15 s", () => {
  expect([1, 2, 3, 20, 2_000].map((failures) => backoffMs(failures, () => 1))).toEqual([50, 100, 200, 15_000, 15_000]);
  expect(backoffMs(1, () => 0)).toBe(25);
});

it("reads a process's start past any name", () => {
  const fields = ["S", ...Array.from({ length: 18 }, () => "0"), "4711", "0"].join(" ");
  expect(startOnLinux(`12 (a) b (c) ${fields}`)).toBe("4711");
  expect(startOnLinux(`12 (node) ${fields.replace("S", "Z")}`)).toBeUndefined();
});

it("finds listening sockets in /proc/net/tcp", () => {
  const table = [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
    "   0: 0100007F:4E20 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4242 1",
    "   1: 0100007F:4E20 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1000        0 4243 1",
  ].join("\n");
  expect(parseListeners(table, 20_000)).toEqual([{ inode: "4242", uid: "1000" }]);
});
