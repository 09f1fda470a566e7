import { describe, expect, test } from "vitest";
import { masker } from "../../../../components/text/mask.ts";
import { describeFailure, ended, podOf, report, restricted, second, waiting, warning } from "./failedPod.ts";

describe("the report of a failure", () => {
  test("with an exit code that is explained, of the second of three steps", () => {
    const pod = podOf({
      init: {
        first: { state: ended(0, 0, 3) },
        fetch: { state: waiting("CrashLoopBackOff"), lastState: ended(22, 10, 12), restartCount: 1 },
        last: { state: waiting("PodInitializing") },
      },
      app: { state: waiting("PodInitializing") },
      spec: { fetch: { command: ["curl", "-f", "http://weather.svc/"] } },
    });
    const lines = ["fetching http://weather.svc/", "curl: (22) The requested URL returned error: 503"];
    const events = [
      warning("BackOff", "Back-off restarting failed container fetch in pod web-3f2a1b0c_shop(uid)", 20, 3),
      warning("FailedToRetrieveImagePullSecret", "Unable to retrieve some image pull secrets (pull)", 1),
    ];
    expect(
      report({ pod, verdict: { kind: "failed", container: "fetch", reason: "Error", exitCode: 22 }, lines, events }),
    ).toMatchInlineSnapshot(`
      "init container "fetch" of Pod shop/web-3f2a1b0c failed
      after 2 attempts: exit code 22 (curl: the server answered with an error
      status)

        step   state         attempts  time
        first  completed     1         3 s
      > fetch  exit code 22  2         2 s
        last   not started
        app    not started

      Its log:
        | fetching http://weather.svc/
        | curl: (22) The requested URL returned error: 503

      Events:
        FailedToRetrieveImagePullSecret (59 s ago): Unable to retrieve some
          image pull secrets (pull)

      Next:
        Mend the cause and run \`pulumi up\` again; it replaces this Pod at once.
        To see more: kubectl logs -n shop web-3f2a1b0c -c fetch
        To go on without waiting for this Pod: INIT_POD_WAIT=0 pulumi up"
    `);
  });

  test("of a step that was killed as it used too much memory", () => {
    const pod = podOf({
      init: { load: { state: ended(137, 0, 200, { reason: "OOMKilled" }) } },
      spec: { load: { resources: { limits: { memory: "64Mi" } } } },
    });
    expect(
      report({
        pod,
        verdict: { kind: "failed", container: "load", reason: "OOMKilled", exitCode: 137 },
        lines: ["reading 10 GB into memory"],
        truncated: true,
      }),
    ).toMatchInlineSnapshot(`
      "init container "load" of Pod shop/web-3f2a1b0c failed
      after 1 attempt: exit code 137 (OOMKilled: it used more memory than its
      limit, 64Mi)

      Last lines of its log:
        | reading 10 GB into memory

      What may help:
        Raise resources.limits.memory (now 64Mi), or make it need less.

      Next:
        Mend the cause and run \`pulumi up\` again; it replaces this Pod at once.
        To see more: kubectl logs -n shop web-3f2a1b0c -c load
        To go on without waiting for this Pod: INIT_POD_WAIT=0 pulumi up"
    `);
  });

  test("of an app that crash-loops after good init steps, and runs again now", () => {
    const pod = podOf({
      init: { first: { state: ended(0, 0, 3725) }, proxy: { state: { running: { startedAt: second(2) } } } },
      app: { state: { running: { startedAt: second(57) } }, lastState: ended(139, 4, 6), restartCount: 2 },
      spec: { proxy: { restartPolicy: "Always" } },
    });
    expect(report({ pod, verdict: { kind: "failed", container: "app", reason: "Error", exitCode: 139 }, lines: [] }))
      .toMatchInlineSnapshot(`
        "container "app" of Pod shop/web-3f2a1b0c failed
        after 2 attempts: exit code 139 (crashed with a segmentation fault)

          step             state      attempts  time
          first            completed  1         1 h 2 m
          proxy (sidecar)  running    1         58 s
        > app              running    3         3 s

        It logged nothing.

        Next:
          Mend the cause and run \`pulumi up\` again; it replaces this Pod at once.
          To see more: kubectl logs -n shop web-3f2a1b0c -c app --previous
          To go on without waiting for this Pod: INIT_POD_WAIT=0 pulumi up"
      `);
  });

  test("of an app whose readiness probe doesn't pass", () => {
    const pod = podOf({
      init: { first: { state: ended(0) } },
      app: { state: { running: { startedAt: second(2) } } },
      spec: { app: { ports: [{ containerPort: 8080 }] } },
    });
    const probe =
      'Readiness probe failed: Get "http://10.0.0.7:8080/": dial tcp 10.0.0.7:8080: connect: connection refused';
    expect(
      report({
        pod,
        verdict: { kind: "failed", container: "app", reason: "Timeout", message: "not Ready after 60 s" },
        lines: ["listening on 127.0.0.1:8080"],
        events: [
          warning("Unhealthy", probe, 50, 30),
          warning("Unhealthy", probe, 58, 2),
          { type: "Normal", reason: "Pulled" },
        ],
      }),
    ).toMatchInlineSnapshot(`
      "container "app" of Pod shop/web-3f2a1b0c failed:
      Timeout: not Ready after 60 s

        step   state      attempts  time
        first  completed  1         1 s
      > app    running    1         58 s

      Its log:
        | listening on 127.0.0.1:8080

      Events:
        Unhealthy ×32 (2 s ago): Readiness probe failed: Get
          "http://10.0.0.7:8080/": dial tcp 10.0.0.7:8080: connect: connection re…

      What may help:
        It runs, but its readiness probe does not pass: does it listen on port
        8080 of all addresses, not of 127.0.0.1 alone?
        If it only needs more time, raise timeoutSeconds.

      Next:
        Mend the cause and run \`pulumi up\` again; it replaces this Pod at once.
        To see more: kubectl logs -n shop web-3f2a1b0c -c app
        To go on without waiting for this Pod: INIT_POD_WAIT=0 pulumi up"
    `);
  });

  test("of an evicted Pod, whose times kubelet has lost", () => {
    const pod = podOf({
      init: {
        first: { state: { terminated: { exitCode: 0, startedAt: null, finishedAt: null } } },
        second: {
          state: { terminated: { exitCode: 137, reason: "ContainerStatusUnknown", startedAt: null, finishedAt: null } },
        },
      },
    });
    const message = 'Usage of EmptyDir volume "data" exceeds the limit "1Gi". ';
    expect(report({ pod, verdict: { kind: "failed", reason: "Evicted", message } })).toMatchInlineSnapshot(`
      "Pod shop/web-3f2a1b0c failed:
      the node evicted it (Evicted): Usage of EmptyDir volume "data" exceeds the
      limit "1Gi".

        step    state        attempts  time
        first   completed    1
        second  lost         1
        app     not started

      What may help:
        Write less to volume "data", or raise its limit:
          podSpec: { volumes: [{ name: "data", emptyDir: { sizeLimit: "4Gi" } }] }

      Next:
        Mend the cause and run \`pulumi up\` again; it replaces this Pod at once.
        To see more: kubectl describe pod -n shop web-3f2a1b0c
        To go on without waiting for this Pod: INIT_POD_WAIT=0 pulumi up"
    `);
  });

  test("of a program that meets a default of `restricted`", () => {
    const pod = podOf({
      init: { write: { state: ended(1) } },
      spec: { write: restricted.container },
      podSpec: restricted.pod,
    });
    expect(
      report({
        pod,
        verdict: { kind: "failed", container: "write", reason: "Error", exitCode: 1 },
        lines: ["sh: can't create /etc/x: Read-only file system"],
      }),
    ).toMatchInlineSnapshot(`
      "init container "write" of Pod shop/web-3f2a1b0c failed
      after 1 attempt: exit code 1

      Its log:
        | sh: can't create /etc/x: Read-only file system

      What may help:
        The root file system is read-only by default: write to /tmp or to a
        volume, or let the image decide:
          security: "baseline"

      Next:
        Mend the cause and run \`pulumi up\` again; it replaces this Pod at once.
        To see more: kubectl logs -n shop web-3f2a1b0c -c write
        To go on without waiting for this Pod: INIT_POD_WAIT=0 pulumi up"
    `);
  });
});

describe("a report", () => {
  test("of a Pod that is gone leads to its events, as there is nothing else to look at", () => {
    const pod = podOf({ init: { one: { state: { running: {} } } } });
    const text = report({ pod, verdict: { kind: "failed", reason: "Deleted", message: "the Pod is being deleted" } });
    expect(text).toContain("kubectl get events -n shop --field-selector involvedObject.name=web-3f2a1b0c");
  });

  test("leaves out events that say nothing new", () => {
    const cause = 'failed to pull and unpack image "tool:2": not found';
    const message = `Back-off pulling image "tool:2": ErrImagePull: rpc error: code = NotFound desc = ${cause}`;
    const pod = podOf({ init: { one: { state: waiting("ImagePullBackOff", message) } } });
    const events = [
      warning("Failed", `Failed to pull image "tool:2": rpc error: code = NotFound desc = ${cause}`, 1),
      warning("Failed", "Error: ErrImagePull", 2),
      warning("Failed", "Error: ImagePullBackOff", 3),
      warning("BackOff", "Back-off restarting failed container one in pod web_shop(uid)", 4),
    ];
    const text = report({
      pod,
      verdict: { kind: "failed", container: "one", reason: "ImagePullBackOff", message },
      events,
    });
    expect(text).not.toContain("Events:");
  });

  test("shows no secret, in a message, an event or last words, also where it would be cut", () => {
    const mask = masker(["s3cr3t-value-of-a-token"]);
    const message = `${"x ".repeat(215)}s3cr3t-value-of-a-token\nlast: s3cr3t-value-of-a-token`;
    const pod = podOf({ init: { one: { state: ended(1, 0, 1, { message }) } } });
    for (const exitCode of [1, undefined]) {
      const text = describeFailure({
        pod,
        verdict: { kind: "failed", container: "one", reason: "Error", exitCode, message },
        tail: { lines: [], truncated: false, gone: true },
        events: [warning("Failed", `${"x".repeat(100)} s3cr3t-value-of-a-token`, 1)],
        mask,
      });
      expect(text).not.toContain("s3cr3t");
      expect(text.replace(/\s/g, "")).toContain("[secret]");
    }
  });

  test("has no escape sequence and no colour directive of anybody else's", () => {
    const message = "\u001b[31mred\u001b[0m <{%nonsense%}>";
    const pod = podOf({ init: { one: { state: waiting("CreateContainerError", message) } } });
    const verdict = { kind: "failed", container: "one", reason: "CreateContainerError", message } as const;
    const text = report({
      pod,
      verdict,
      events: [warning("Failed", message, 1), warning("Failed", `more ${message}`, 1)],
    });
    expect(text).not.toContain("\u001b");
    expect(text).not.toContain("<{%");
  });
});
