import { describe, expect, test } from "vitest";
import type { Pod } from "../../../../components/cluster/pods/pod.ts";
import { failureFacts } from "../../../../components/cluster/report/facts.ts";
import { failureReport } from "../../../../components/cluster/report/failure.ts";
import { briefCommandHint, briefLogHint } from "../../../../components/cluster/report/hints/hints.ts";
import type { InitPodArgs } from "../../../../components/spec/args.ts";
import { manifest } from "../../../../components/spec/manifest/manifest.ts";
import { ended } from "./failedPod.ts";

type Args = Partial<InitPodArgs>;
const image: Args = { security: "image" };

/** A Pod as the arguments make it, of which the step "run" does something. */
function live({ init, ...args }: Args, state: object): Pod {
  const spec = manifest({
    init: init ?? [{ run: { script: "true" } }],
    container: { image: "app:1" },
    ...args,
  }).podSpec;
  return {
    metadata: { name: "web", namespace: "shop", uid: "uid" },
    spec: spec as unknown as Pod["spec"],
    status: { initContainerStatuses: [{ name: "run", restartCount: 0, state }] },
  };
}

/** The advice where the step ended with `lines` in its log: texts and commands. */
function advice(lines: string[], args: Args = {}): string[] {
  const pod = live(args, ended(1));
  const verdict = { kind: "failed", container: "run", reason: "Error", exitCode: 1 } as const;
  return flat(failureReport({ pod, verdict, tail: { lines, truncated: false } }));
}

/** The advice where the step goes on until the deadline. */
function adviceOnWait(script: string, args: Args = {}, lines: string[] = []): string[] {
  const pod = live({ ...args, init: [{ run: { script } }] }, { running: {} });
  const verdict = { kind: "failed", container: "run", reason: "Timeout" } as const;
  return flat(failureReport({ pod, verdict, tail: { lines, truncated: false } }));
}

function flat({ advice: list }: ReturnType<typeof failureReport>): string[] {
  return list.flatMap(({ text, command }) => (command === undefined ? [text] : [text, command]));
}

const token = "cat: can't open '/var/run/secrets/kubernetes.io/serviceaccount/token': No such file or directory";
const podSpecOf = (podSpec: object): Args => ({ podSpec });
const ofStep = (fields: object): Args => podSpecOf({ initContainers: [{ name: "run", ...fields }] });

describe("a line that is about what a default takes away", () => {
  test.each<[string, string, Args]>([
    [token, "podSpec: { automountServiceAccountToken: true }", podSpecOf({ automountServiceAccountToken: true })],
    [
      "panic: unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined",
      "podSpec: { automountServiceAccountToken: true }",
      ofStep({ volumeMounts: [{ name: "t", mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" }] }),
    ],
    [
      "kubernetes.config.config_exception.ConfigException: Service token file does not exist.",
      "podSpec: { automountServiceAccountToken: true }",
      podSpecOf({ automountServiceAccountToken: null }),
    ],
    [
      "The connection to the server localhost:8080 was refused - did you specify the right host or port?",
      "podSpec: { automountServiceAccountToken: true }",
      podSpecOf({ automountServiceAccountToken: true }),
    ],
    [
      "sh: REDIS_SERVICE_HOST: parameter not set",
      "podSpec: { enableServiceLinks: true }",
      podSpecOf({ enableServiceLinks: true }),
    ],
    [
      "KeyError: 'DB_SERVICE_PORT'",
      "podSpec: { enableServiceLinks: true }",
      ofStep({ env: [{ name: "DB_SERVICE_PORT", value: "1" }] }),
    ],
    [
      'sudo: The "no new privileges" flag is set, which prevents sudo from running as root.',
      'security: "baseline"',
      image,
    ],
    [
      "nginx: [emerg] bind() to 0.0.0.0:80 failed (13: Permission denied)",
      'podSpec: { securityContext: { sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }] } }',
      ofStep({ securityContext: { runAsUser: 0, runAsNonRoot: false } }),
    ],
    ["Error: listen EACCES: permission denied 0.0.0.0:443", "A port below 1024", image],
    [
      "ping: permission denied (are you root?)",
      "ping needs the capability NET_RAW",
      ofStep({ securityContext: { capabilities: { add: ["NET_RAW"] } } }),
    ],
    ["chown: /data: Operation not permitted", "Only root may give files", image],
    ["nginx: [emerg] setgid(101) failed (1: Operation not permitted)", "Only root may give files", image],
    ['error: failed switching to "redis": operation not permitted', "Only root may give files", image],
    ["whoami: unknown uid 65532", 'security: "restricted-no-ids"', image],
    [
      "initdb: error: could not look up effective user ID 65532: user does not exist",
      "has no entry in /etc/passwd",
      image,
    ],
    ["A SystemError occurred: uv_os_get_passwd returned ENOENT", "has no entry in /etc/passwd", image],
    [
      'mkdir() "/var/cache/nginx/client_temp" failed (30: Read-only file system)',
      'security: "baseline"',
      ofStep({ securityContext: { readOnlyRootFilesystem: false } }),
    ],
    ["Error: EROFS: read-only file system, open '/app/x.log'", "The root file system is read-only", image],
    ["PermissionError: [Errno 13] Permission denied: '/data/x'", "It runs as user 65532", image],
  ])("leads to the argument that gives it back, and to none where it is there: %s", (line, expected, without) => {
    expect(advice(["one line", line, "another"]).join("\n")).toContain(expected);
    expect(advice([line], without).join("\n")).not.toContain(expected);
  });

  test.each([
    ["listen tcp :8080: bind: permission denied", "A port below 1024"],
    ["GET /permissions 200", "It runs as user"],
    ["KUBERNETES_SERVICE_HOST is not set", "enableServiceLinks"],
    ["connected to REDIS_SERVICE_HOST", "enableServiceLinks"],
    ["Welcome, user 12", "passwd"],
  ])("is not taken for another thing: %s", (line, wrong) => {
    expect(advice([line]).join("\n")).not.toContain(wrong);
  });

  test("names the user that the container really runs as", () => {
    const text = advice(["Permission denied"], podSpecOf({ securityContext: { runAsUser: 1000 } })).join("\n");

    expect(text).toContain("It runs as user 1000");
    // The user's own field would stay.
    expect(text).not.toContain('security: "baseline"');
  });

  test("is looked at for the mount that it happened in", () => {
    const args: Args = {
      init: [{ run: { script: "true" } }],
      podSpec: {
        initContainers: [{ name: "run", volumeMounts: [{ name: "data", mountPath: "/data", readOnly: true }] }],
      },
    };
    expect(advice(["touch: /data/a/b: Read-only file system"], args)).toEqual([
      "The volume at /data is mounted read-only in it. To let it write there:",
      'podSpec: { initContainers: [{ name: "run", volumeMounts: [{ mountPath: "/data", readOnly: false }] }] }',
    ]);
    // A volume that is read-only by itself, mounted to be written: nothing of ours.
    expect(
      advice(["touch: /conf/a: Read-only file system"], { volumes: { conf: { mountPath: "/conf", claim: "c" } } }),
    ).toEqual([]);
  });

  test("asks for what the user's own fields would keep, field by field", () => {
    const args = ofStep({ securityContext: { runAsUser: 1000 } });

    expect(advice(["touch: /x: Read-only file system"], args)).toContain(
      'podSpec: { initContainers: [{ name: "run", securityContext: { readOnlyRootFilesystem: false } }] }',
    );
    // What is advised does what it says.
    const { initContainers } = manifest({
      init: [{ run: { script: "true" } }],
      container: { image: "a" },
      podSpec: { initContainers: [{ name: "run", securityContext: { readOnlyRootFilesystem: false } }] },
    }).podSpec as unknown as { initContainers: { securityContext: object }[] };
    expect(initContainers[0]?.securityContext).toMatchObject({ readOnlyRootFilesystem: false });
  });

  test("says nothing of a container that was killed for its memory", () => {
    const pod = live({}, ended(137, 0, 1, { reason: "OOMKilled" }));
    const verdict = { kind: "failed", container: "run", reason: "OOMKilled", exitCode: 137 } as const;
    expect(flat(failureReport({ pod, verdict, tail: { lines: [token], truncated: false } })).join("\n")).not.toContain(
      "automount",
    );
  });

  test("says nothing where the spec is not known", () => {
    const pod = { ...live({}, ended(1)), spec: undefined };
    const verdict = { kind: "failed", container: "run", reason: "Error", exitCode: 1 } as const;
    const lines = [token, "Permission denied", "Read-only file system"];
    expect(flat(failureReport({ pod, verdict, tail: { lines, truncated: false } }))).toEqual([]);
  });
});

describe("a step that waits in silence", () => {
  const folder = "/var/run/secrets/kubernetes.io/serviceaccount";
  const waits = `until [ -f ${folder}/namespace ]; do sleep 1; done`;

  test("for a token is told of it at the deadline and meanwhile", () => {
    expect(adviceOnWait(waits)[1]).toBe("podSpec: { automountServiceAccountToken: true }");
    const facts = (args: Args): ReturnType<typeof failureFacts> =>
      failureFacts(live({ ...args, init: [{ run: { script: waits } }] }, { running: {} }), {
        kind: "failed",
        container: "run",
        reason: "",
      });
    expect(briefCommandHint(facts({}))).toContain("podSpec.automountServiceAccountToken");
    expect(briefCommandHint(facts(podSpecOf({ automountServiceAccountToken: true })))).toBeUndefined();
  });

  test("for a Service's variable too, unless somebody sets it", () => {
    const script = "until nc -z $DB_SERVICE_HOST 5432; do sleep 1; done";

    expect(adviceOnWait(script)[1]).toBe("podSpec: { enableServiceLinks: true }");
    for (const other of [
      adviceOnWait(script, podSpecOf({ enableServiceLinks: true })),
      adviceOnWait(`DB_SERVICE_HOST=db; ${script}`),
      adviceOnWait(script, ofStep({ env: [{ name: "DB_SERVICE_HOST", value: "db" }] })),
      adviceOnWait(script, ofStep({ envFrom: [{ configMapRef: { name: "c" } }] })),
      adviceOnWait("until nc -z $KUBERNETES_SERVICE_HOST 443; do sleep 1; done"),
    ]) {
      expect(other.join("\n")).not.toContain("enableServiceLinks");
    }
  });

  test("for something else is told what may always be", () => {
    expect(adviceOnWait("sleep 1000")).toEqual([
      "Does it wait for something that never comes?",
      "If it only needs more time, raise timeoutSeconds.",
    ]);
  });

  test("and that failed with a log of its own is not judged by its command", () => {
    const lines = ["could not connect to db"];
    const pod = live({ init: [{ run: { script: waits } }] }, ended(1));
    const verdict = { kind: "failed", container: "run", reason: "Error", exitCode: 1 } as const;

    expect(flat(failureReport({ pod, verdict, tail: { lines, truncated: false } }))).toEqual([]);
  });
});

test("a line of a log is told in half a sentence", () => {
  const facts = failureFacts(live({}, { running: {} }), { kind: "failed", container: "run", reason: "" });

  expect(briefLogHint(facts, token)).toContain("podSpec.automountServiceAccountToken");
  expect(briefLogHint(facts, "all is well")).toBeUndefined();
});
