import { describe, expect, test } from "vitest";
import { type Change, masked, noticeOf, type OfPod, type Outlook, wordsOf } from "../../../../components/spec/changes";
import { masker } from "../../../../components/text";

const outlook: Outlook = {
  name: "web",
  app: "app",
  serves: true,
  pod: { kind: "same" },
  service: { kind: "same" },
  namespace: "shop",
  context: "dev",
};
const steps = [
  { name: "fetch", isSidecar: false, isNew: false },
  { name: "proxy", isSidecar: true, isNew: false },
  { name: "warm", isSidecar: false, isNew: true },
];
const anew: OfPod = { kind: "anew", reasons: [], besides: [], steps: [], isProtected: false, isMixed: false };

const because = (...changes: Change[]): string => {
  const pod: OfPod = { ...anew, reasons: [{ kind: "spec", changes }] };
  const words = wordsOf({ ...outlook, namespace: undefined, context: undefined, pod }) ?? "";
  return words.replace("web: a new Pod, because ", "").replace(/\.$/, "");
};

describe("the words for what changes", () => {
  const changed = (path: string, from?: string, to?: string): Change => ({ path, how: "changed", from, to });
  const added = (path: string, to?: string): Change => ({ path, how: "added", to });
  const gone = (path: string, from?: string): Change => ({ path, how: "gone", from });

  test.each<[string, Change[]]>([
    ["the image of app changes (1.28 → 1.29)", [changed("containers[app].image", "nginx:1.28", "nginx:1.29")]],
    ["the image of app changes (nginx:1 → httpd:1)", [changed("containers[app].image", "nginx:1", "httpd:1")]],
    ["the image of step fetch changes (curl:8)", [changed("initContainers[fetch].image", undefined, "curl:8")]],
    ["the image of container log changes (2 → 3)", [changed("containers[log].image", "r:5000/log:2", "r:5000/log:3")]],
    [
      "the environment variable LOG_LEVEL of app changes (info → debug)",
      [changed("containers[app].env[LOG_LEVEL].value", "info", "debug")],
    ],
    [
      "the memory request of step fetch is new (16Mi)",
      [gone("initContainers[fetch].resources"), added("initContainers[fetch].resources.requests.memory", "16Mi")],
    ],
    [
      "the label app is gone and the label app.kubernetes.io/name is new (web)",
      [gone("labels.app", "web"), added("labels.app.kubernetes.io/name", "web")],
    ],
    [
      "the environment variable MODE of app is new (fast)",
      [
        changed("containers[app].env[]", "1", "2"),
        added("containers[app].env[MODE].name", "MODE"),
        added("containers[app].env[MODE].value", "fast"),
      ],
    ],
    [
      "the secret value of the environment variable TOKEN of app changes",
      [changed("containers[app].env[TOKEN].valueFrom.secretKeyRef.name", "web-env-1a", "web-env-2b")],
    ],
    [
      "the secret value of the environment variable MODE of app changes",
      [
        added("containers[app].env[MODE].valueFrom.secretKeyRef.name", "web-env-1a"),
        added("containers[app].env[MODE].valueFrom.secretKeyRef.key", "app.MODE"),
        gone("containers[app].env[MODE].value", "fast"),
      ],
    ],
    [
      "url of step fetch changes (http://a/ → http://b/)",
      [changed("initContainers[fetch].env[INIT_POD_URL].value", "http://a/", "http://b/")],
    ],
    [
      "connectTimeoutSeconds of step db changes (5 → 9)",
      [changed("initContainers[db].env[INIT_POD_CONNECT_TIMEOUT_SECONDS].value", "5", "9")],
    ],
    [
      "the secret value of the environment variable MODE of app is new",
      [
        added("containers[app].env[MODE].name", "MODE"),
        added("containers[app].env[MODE].valueFrom.secretKeyRef.name", "web-env-1a"),
      ],
    ],
    ["the command of step migrate changes", [changed("initContainers[migrate].command[1]", "up", "down")]],
    [
      "the script of step migrate changes",
      [{ ...changed("initContainers[migrate].command[2]", "a", "b"), isScript: true }],
    ],
    [
      "the port of app changes (80 → 8080)",
      [
        changed("containers[app].ports[]", "", ""),
        added("containers[app].ports[8080].containerPort", "8080"),
        gone("containers[app].ports[80].containerPort", "80"),
      ],
    ],
    ["the memory limit of app changes (1Gi → 2Gi)", [changed("containers[app].resources.limits.memory", "1Gi", "2Gi")]],
    [
      "the readiness probe of app changes",
      [
        changed("containers[app].readinessProbe.httpGet.path", "/", "/up"),
        changed("containers[app].readinessProbe.periodSeconds", "1", "2"),
      ],
    ],
    [
      "what step config writes changes",
      [changed("volumes[config-files].configMap.name", "web-config-1", "web-config-2")],
    ],
    ["the volume data changes", [changed("volumes[data].emptyDir.sizeLimit", "1Gi", "2Gi")]],
    [
      "step warm is new and step fetch is gone",
      [
        changed("initContainers[]"),
        added("initContainers[warm].name", "warm"),
        added("initContainers[warm].image", "busybox"),
        added("volumes[warm-files].name", "warm-files"),
        changed("containers[app].volumeMounts[]"),
        gone("initContainers[fetch].name", "fetch"),
      ],
    ],
    ["the order of the steps changes", [changed("initContainers[]")]],
    ["hostname may change, by a value that only `up` knows", [{ path: "hostname", how: "unknown" }]],
    ["ephemeralContainers[0].strange changes", [changed("ephemeralContainers[0].strange", "a", "b")]],
    ["what the old one has and the new one has not is gone", [gone("")]],
  ])("%s", (expected, changes) => {
    expect(because(...changes)).toBe(expected);
  });

  test("are few, however much changes", () => {
    const many = Array.from({ length: 12 }, (_, at) => changed(`containers[app].env[V${at}].value`, "a", "b"));
    expect(because(...many)).toMatch(/V4 of app changes \(a → b\) and 7 more of its fields change$/);
  });

  test.each<[string, string, string, string]>([
    ["a key in an address", "http://a/", "http://me:hunter2@b/?sig=abc123", "(http://a/ → http://…@b/?…)"],
    ["a terminal's escapes and line breaks", "a", "\u001b[31mred\nline", "(a → red line)"],
    ["a long value", "a", "x".repeat(100), `(a → ${"x".repeat(59)}…)`],
    ["nothing", "a", "", '(a → "")'],
  ])("show values short and clean: %s", (_, from, to, expected) => {
    expect(because(changed("containers[app].env[A].value", from, to))).toBe(
      `the environment variable A of app changes ${expected}`,
    );
  });

  test.each(["PASSWORD", "DB_PASS", "API_KEY", "APIKEY", "sshKey", "GITHUB_TOKEN", "CLIENT_SECRET"])(
    "show no value of what is called %s",
    (name) => {
      const text = because(changed(`containers[app].env[${name}].value`, "hunter1", "hunter2"));
      expect(text).toBe(`the environment variable ${name} of app changes`);
    },
  );
});

describe("what a run does with an InitPod", () => {
  test("is nothing that has words where nothing changes", () => {
    expect(wordsOf(outlook)).toBeUndefined();
  });

  test.each<[string, Partial<Outlook>]>([
    [
      "web: a first deploy. Runs: fetch, warm. Starts beside the app: proxy. With a Service (port 80).",
      { pod: { kind: "first", steps }, service: { kind: "added", ports: "80" } },
    ],
    [
      "web: a new Pod, as this run asks for it (by --replace, an option, or what it depends on). Runs again: fetch. " +
        "Starts again: proxy. Runs for the first time: warm.",
      { pod: { ...anew, steps } },
    ],
    ["web: a new Pod, and why is not known, as its Pods could not be read.", { pod: { ...anew, reasons: undefined } }],
    [
      "web: a new Pod, because Pod web-1 can't get Ready: exit code 1, and because its namespace changes (a → b).",
      {
        pod: {
          ...anew,
          reasons: [
            { kind: "failed", pod: "web-1", what: "can't get Ready: exit code 1" },
            { kind: "moves", from: "a", to: "b" },
          ],
        },
      },
    ],
    [
      "web: a new Pod, because no Pod of it lives any more, as after a deletion, an eviction or a drained node. " +
        "Its Service is made anew.",
      { pod: { ...anew, reasons: [{ kind: "noneLives" }] }, service: { kind: "anew" } },
    ],
    [
      "web: a new Pod, because somebody else has changed the Pod since it was made. It is protected, so that Pulumi " +
        "refuses to.",
      { pod: { ...anew, reasons: [{ kind: "editedByOthers" }], isProtected: true, meanwhile: { kind: "oldServes" } } },
    ],
    [
      "web: a new Pod, because the label tier changes (a → b). Downtime: the old Pod is deleted first, as a " +
        "transformation sets its name, and nothing serves until the new one is Ready.",
      {
        pod: {
          ...anew,
          reasons: [{ kind: "metadata", changes: [{ path: "labels.tier", how: "changed", from: "a", to: "b" }] }],
          meanwhile: { kind: "deletedFirst", why: "ownName" },
        },
      },
    ],
    [
      "web: a new Pod, because hostname changes. Besides, the label tier is gone. The old Pod runs until the new one is " +
        "Ready: no downtime. The Pod was made by init-pod 1.0.0, and this is 1.1.0, whose defaults may be others. What " +
        "else is shown to change in the Pod is of the cluster.",
      {
        serves: false,
        pod: {
          ...anew,
          reasons: [{ kind: "spec", changes: [{ path: "hostname", how: "changed" }] }],
          besides: [{ path: "labels.tier", how: "gone" }],
          meanwhile: { kind: "oldServes" },
          versions: { was: "1.0.0", is: "1.1.0" },
          isMixed: true,
        },
      },
    ],
    [
      "web: a new Pod, because hostname changes. No Pod of it is Ready now, so that nothing serves until the new one is.",
      {
        pod: {
          ...anew,
          reasons: [{ kind: "spec", changes: [{ path: "hostname", how: "changed" }] }],
          meanwhile: { kind: "nothingServes" },
        },
      },
    ],
    [
      "web: the Pod stays. In place: the local port changes (1 → 2) and port http of the Service changes (80 → 81). No " +
        "step runs again.",
      {
        pod: {
          kind: "inPlace",
          changes: [{ path: "annotations.init-pod.dev/local-port", how: "changed", from: "1", to: "2" }],
        },
        service: { kind: "inPlace", changes: [{ path: "ports[http].port", how: "changed", from: "80", to: "81" }] },
      },
    ],
    [
      "web: the Pod stays. No step runs again. Its Service is no longer asked for.",
      { service: { kind: "notAskedFor" } },
    ],
    [
      "web: the Pod stays as it is, unless what only `up` knows turns out to be another value: the image of step init.",
      { pod: { kind: "mayStay", unknown: ["initContainers[init].image"], changes: [] } },
    ],
  ])("%s", (expected, more) => {
    expect(wordsOf({ ...outlook, ...more })).toBe(`${expected} In namespace shop, context "dev".`);
  });

  test("is told by `up` only where Pulumi's own lines can't", () => {
    const spec = [{ kind: "spec", changes: [{ path: "hostname", how: "changed" }] }] as const;
    const of = (pod: OfPod): string | undefined => noticeOf({ ...outlook, pod });
    expect(of({ kind: "first", steps })).toBeUndefined();
    expect(of({ ...anew, reasons: spec })).toBeUndefined();
    expect(of({ ...anew, reasons: spec, isMixed: true })).toBe(
      "The program changes of the Pod: hostname changes. All else is of the cluster.",
    );
    expect(of({ ...anew, reasons: spec, versions: { was: "1.0.0", is: "1.1.0" } })).toBe(
      "The Pod was made by init-pod 1.0.0, and this is 1.1.0, whose defaults may be others. What differs: hostname changes.",
    );
    expect(of({ ...anew, reasons: [{ kind: "failed", pod: "web-1", what: "can't get Ready" }] })).toBe(
      "Pod web-1 can't get Ready. It is made anew.",
    );
    expect(of({ ...anew, reasons: [{ kind: "noneLives" }] })).toMatch(
      /^No Pod of it lives any more, .*: a new one is made\.$/,
    );
  });
});

test("no part of a secret is left where a value is cut", () => {
  const secret = "s3cr3t-".repeat(10);
  const change: Change = {
    path: "containers[app].env[FLAGS].value",
    how: "changed",
    from: "--verbose",
    to: `--verbose --with=${secret}`,
  };
  const pod: OfPod = { ...anew, reasons: [{ kind: "spec", changes: [change] }] };
  const words = wordsOf(masked({ ...outlook, pod }, masker([secret])));
  expect(words).toContain("the environment variable FLAGS of app changes (--verbose → --verbose --with=[secret])");
});
