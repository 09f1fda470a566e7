import { describe, expect, test } from "vitest";
import type { InitStep } from "../../../../components/spec/initStep.ts";
import { manifest } from "../../../../components/spec/manifest/manifest.ts";
import { container, html, run, spec, steps, url } from "../podSpec.ts";

describe("a step", () => {
  test("is named by its kind unless it has a name", () => {
    const init = [
      { run },
      { download: { url, to: html } },
      { run },
      { name: "last", run },
      { container: { name: "own", image: "a" } },
    ];

    expect(steps({ init }).map(({ name }) => name)).toEqual(["run", "download", "run-2", "last", "own"]);
  });

  test("that is a sidecar is always started again", () => {
    const [one, two] = steps({ init: [{ run, sidecar: true }, { run }] });

    expect([one?.restartPolicy, two?.restartPolicy]).toEqual(["Always", undefined]);
  });

  test("asks for nothing by itself and keeps its last words in the Pod's status", () => {
    const [one, two] = steps({ init: [{ run }, { run, resources: { limits: { memory: "1Gi" } } }] });

    expect(one).toMatchObject({ terminationMessagePolicy: "FallbackToLogsOnError" });
    expect(one).not.toHaveProperty("resources");
    expect(two?.resources).toEqual({ limits: { memory: "1Gi" } });
  });

  test("gets values of Secrets by reference", () => {
    const [one] = steps({ init: [{ run, secretEnv: { P: { secret: "db", key: "password" } } }] });

    expect(one?.env).toContainEqual({ name: "P", valueFrom: { secretKeyRef: { name: "db", key: "password" } } });
  });

  test("tolerates as many failures as it says, else as the InitPod says, else 1", () => {
    const init = [{ run }, { run, retries: 0 }];

    expect(manifest({ init, container }).retries).toEqual({ default: 1, byContainer: { run: 1, "run-2": 0 } });
    // A wait has had its time.
    const wait = { waitFor: { tcp: "db:1" } };
    expect(manifest({ init: [wait, { ...wait, retries: 2 }], container }).retries.byContainer).toEqual({
      "wait-for": 0,
      "wait-for-2": 2,
    });
    expect(manifest({ init, container, retries: 5 }).retries).toEqual({
      default: 5,
      byContainer: { run: 5, "run-2": 0 },
    });
  });
});

describe("the time of a step", () => {
  test("is limited where it says so, else by its kind", () => {
    const init = [{ run, timeoutSeconds: 30 }, { run }, { waitFor: { tcp: "db:1", timeoutSeconds: 60 } }];

    expect(manifest({ init, container }).timeouts).toEqual({ run: 30, "wait-for": 75 });
    const wait = { waitFor: { tcp: "db:1" }, name: "db", timeoutSeconds: 0.5 };
    expect(manifest({ init: [wait], container }).timeouts).toEqual({ db: 0.5 });
    expect(manifest({ container }).timeouts).toEqual({});
  });
});

describe("a sidecar that says when it has started", () => {
  const timing = { periodSeconds: 1, timeoutSeconds: 3 };
  const probes = (startWhen: InitStep["startWhen"], more: Partial<InitStep> = {}) =>
    steps({ init: [{ run, sidecar: true, startWhen, ...more }] })[0]?.startupProbe;

  test("is asked each second, a little longer than `up` waits for it: a minute by default", () => {
    expect(probes({ port: 5432 })).toEqual({ tcpSocket: { port: 5432 }, ...timing, failureThreshold: 65 });
    expect(probes({ port: 5432 }, { timeoutSeconds: 2.5 })).toMatchObject({ failureThreshold: 8 });
    const init = [{ run, sidecar: true, startWhen: { port: 1 } }];
    expect(manifest({ init, container }).timeouts).toEqual({ run: 60 });
    expect(manifest({ init: init.map((one) => ({ ...one, timeoutSeconds: 9 })), container }).timeouts).toEqual({
      run: 9,
    });
  });

  test("gets its command literally", () => {
    expect(probes({ command: ["test", "$(A)", "$$"] })).toMatchObject({ exec: { command: ["test", "$$(A)", "$$$"] } });
  });

  test("has the probe that its own Kubernetes fields name, at the same pace", () => {
    const own = { image: "a", startupProbe: { httpGet: { path: "/up", port: 80 }, periodSeconds: 9 } };
    const [one] = steps({ init: [{ container: own, sidecar: true, startWhen: { port: 5432 } }] });

    expect(one?.startupProbe).toEqual({ ...own.startupProbe, timeoutSeconds: 3, failureThreshold: 65 });
  });

  test("has none by itself", () => {
    expect(steps({ init: [{ run, sidecar: true }] })[0]).not.toHaveProperty("startupProbe");
  });
});

describe("the app", () => {
  test("has the resources that it is given, and none by itself", () => {
    const resources = { requests: { cpu: "100m" } };

    expect(spec({ container: { ...container, resources } }).containers[0].resources).toEqual(resources);
    expect(spec({}).containers[0]).not.toHaveProperty("resources");
  });

  test("is ready when its port accepts a connection, or when its path answers", () => {
    const withPort = spec({ container: { ...container, port: 80 } }).containers[0];
    const withPath = spec({ container: { ...container, port: 80, readyPath: "/up" }, forward: { protocol: "https" } });

    expect(withPort.readinessProbe).toMatchObject({ tcpSocket: { port: 80 } });
    expect(withPath.containers[0].readinessProbe).toMatchObject({
      httpGet: { path: "/up", port: 80, scheme: "HTTPS" },
    });
    expect(spec({}).containers[0]).not.toHaveProperty("readinessProbe");
  });

  test("gets command, args and env literally", () => {
    const { containers } = spec({ container: { ...container, command: ["$(A)"], args: ["$$"], env: { A: "$(B)" } } });

    expect(containers[0]).toMatchObject({ command: ["$$(A)"], args: ["$$$"] });
    expect(containers[0].env).toContainEqual({ name: "A", value: "$$(B)" });
  });

  test("gets values of Secrets by reference", () => {
    const secretEnv = { P: { secret: "db", key: "password" } };

    expect(spec({ container: { ...container, secretEnv } }).containers[0].env).toContainEqual({
      name: "P",
      valueFrom: { secretKeyRef: { name: "db", key: "password" } },
    });
  });

  test("can be changed by plain Kubernetes", () => {
    const { containers } = spec({ container: { ...container, container: { name: "web", lifecycle: {}, image: "b" } } });

    expect(containers[0]).toMatchObject({ name: "web", lifecycle: {}, image: "b" });
  });
});
