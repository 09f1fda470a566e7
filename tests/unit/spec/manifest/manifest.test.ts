import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { InitPodArgs } from "../../../../components/spec/args.ts";
import { manifest } from "../../../../components/spec/manifest/manifest.ts";

interface Mount {
  name: string;
  mountPath: string;
  readOnly?: boolean;
}
interface Container {
  name: string;
  image: string;
  env?: { name: string; value?: string }[];
  volumeMounts?: Mount[];
  securityContext?: object;
  readinessProbe?: object;
  [field: string]: unknown;
}
interface Spec {
  initContainers?: Container[];
  containers: [Container];
  volumes?: { name: string }[];
  securityContext?: object;
  [field: string]: unknown;
}

const html = "/usr/share/nginx/html/index.html";
const url = "https://example.com/";
const container = { image: "app:1" };
const run = { script: "true" };

function spec(args: Partial<InitPodArgs>): Spec {
  return manifest({ container, ...args }).podSpec as unknown as Spec;
}

function steps(args: Partial<InitPodArgs>): Container[] {
  return spec(args).initContainers ?? [];
}

/** Mounts as PATH:VOLUME, with ":ro" where it is read-only, without the scratch space. */
function mounts({ volumeMounts = [] }: Container = { name: "", image: "" }): string[] {
  return volumeMounts
    .filter(({ mountPath }) => mountPath !== "/tmp")
    .map(({ name, mountPath, readOnly }) => `${mountPath}:${name}${readOnly === true ? ":ro" : ""}`);
}

test("the tutorial comes out to the letter", () => {
  const shared = { name: "shared-data", mountPath: "/usr/share/nginx/html" };
  const result = spec({
    security: "image",
    volumes: { "shared-data": { mountPath: "/usr/share/nginx/html" } },
    init: [{ container: { name: "download-config", image: "curlimages/curl:7.85.0", args: [url, "-o", html] } }],
    container: { name: "nginx-container", image: "nginx", port: 80 },
  });

  expect(result).toMatchObject({
    volumes: [{ name: "shared-data", emptyDir: {} }],
    initContainers: [
      { name: "download-config", image: "curlimages/curl:7.85.0", args: [url, "-o", html], volumeMounts: [shared] },
    ],
    containers: [{ name: "nginx-container", image: "nginx", ports: [{ containerPort: 80 }], volumeMounts: [shared] }],
  });
  expect(JSON.stringify(result)).not.toMatch(/securityContext|HOME|\/tmp/);
});

test("the same arguments give the same manifest", () => {
  const args: InitPodArgs = { init: [{ download: { url, to: html } }, { run }], container, service: {} };

  expect(JSON.stringify(manifest(args))).toBe(JSON.stringify(manifest(args)));
});

describe("security", () => {
  const restricted = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  };

  test("is restricted by default, in every container", () => {
    const {
      securityContext,
      initContainers = [],
      containers,
    } = spec({ init: [{ run }, { container: { image: "b" } }] });

    expect(securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 65_532,
      runAsGroup: 65_532,
      fsGroup: 65_532,
      seccompProfile: { type: "RuntimeDefault" },
    });
    for (const one of [...initContainers, ...containers]) expect(one.securityContext).toEqual(restricted);
  });

  test("without ids leaves them to the cluster", () => {
    const { securityContext } = spec({ security: "restricted-no-ids" });

    expect(securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
  });

  test("gives steps and app a scratch space and a home, and not the same one", () => {
    const { initContainers, containers, volumes } = spec({ init: [{ run }] });
    const both = [initContainers?.[0], containers[0]];

    expect(both.map((one) => one?.env)).toEqual([[{ name: "HOME", value: "/tmp" }], [{ name: "HOME", value: "/tmp" }]]);
    expect(both.map((one) => one?.volumeMounts)).toEqual([
      [{ name: "init-tmp", mountPath: "/tmp" }],
      [{ name: "tmp", mountPath: "/tmp" }],
    ]);
    expect(volumes?.map(({ name }) => name)).toEqual(["init-tmp", "tmp"]);
  });

  test("leaves a home and a /tmp of the user's own alone", () => {
    const { containers, volumes } = spec({
      container: { image: "a", env: { HOME: "/home/me" } },
      volumes: { scratch: { mountPath: "/tmp" } },
    });

    expect(containers[0].env).toEqual([{ name: "HOME", value: "/home/me" }]);
    expect(containers[0].volumeMounts).toEqual([{ name: "scratch", mountPath: "/tmp" }]);
    expect(volumes?.map(({ name }) => name)).toEqual(["scratch"]);
  });

  test("never mounts a service account's token nor lists Services in the environment", () => {
    for (const security of ["restricted", "restricted-no-ids", "image"] as const) {
      expect(spec({ security })).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
    }
  });
});

describe("volumes", () => {
  test("come from what steps write, one for each folder, the outermost of nested ones", () => {
    const writes = ["/data/a/deep/x", "/data/a/y", "/data/ab/z", "/data/a/z"];
    const args = { init: [{ run: { ...run, writes } }, { run }] };

    expect(steps(args).map(mounts)).toEqual([
      ["/data/a:data-a", "/data/ab:data-ab"],
      ["/data/a:data-a", "/data/ab:data-ab"],
    ]);
    expect(mounts(spec(args).containers[0])).toEqual(["/data/a:data-a:ro", "/data/ab:data-ab:ro"]);
    expect(spec(args).volumes).toContainEqual({ name: "data-a", emptyDir: { sizeLimit: "1Gi" } });
  });

  test("that the user declares serve what steps write in them", () => {
    const args: Partial<InitPodArgs> = {
      init: [{ download: { url, to: html } }],
      volumes: { site: { mountPath: "/usr/share/nginx", readOnly: true } },
    };

    expect(mounts(steps(args)[0])).toEqual(["/usr/share/nginx:site"]);
    expect(mounts(spec(args).containers[0])).toEqual(["/usr/share/nginx:site:ro"]);
  });

  test("are mounted where they are to be", () => {
    const args: Partial<InitPodArgs> = {
      init: [{ run }],
      volumes: {
        creds: { secret: "db", mountPath: "/creds", mountIn: "init" },
        conf: { configMap: "nginx", mountPath: "/conf", mountIn: "app" },
        data: { claim: "data", mountPath: "/data" },
        idle: { emptyDir: { sizeLimit: "1Mi", memory: true } },
      },
    };

    expect(mounts(steps(args)[0])).toEqual(["/creds:creds", "/data:data"]);
    expect(mounts(spec(args).containers[0])).toEqual(["/conf:conf", "/data:data"]);
    expect(spec(args).volumes?.slice(0, 4)).toEqual([
      { name: "creds", secret: { secretName: "db" } },
      { name: "conf", configMap: { name: "nginx" } },
      { name: "data", persistentVolumeClaim: { claimName: "data" } },
      { name: "idle", emptyDir: { sizeLimit: "1Mi", medium: "Memory" } },
    ]);
  });

  test("that plain Kubernetes mounts elsewhere are not mounted twice", () => {
    const args: Partial<InitPodArgs> = {
      volumes: { shared: { mountPath: "/shared" } },
      init: [{ container: { image: "a", volumeMounts: [{ name: "shared", mountPath: "/out" }] } }],
    };

    expect(mounts(steps(args)[0])).toEqual(["/out:shared"]);
    expect(mounts(spec(args).containers[0])).toEqual(["/shared:shared"]);
  });

  test("stay writable for the app where another volume is mounted inside", () => {
    const args: Partial<InitPodArgs> = {
      init: [{ run: { ...run, writes: ["/data/x"] } }],
      volumes: { cache: { mountPath: "/data/cache", mountIn: "app" } },
    };

    expect(mounts(spec(args).containers[0])).toEqual(["/data/cache:cache", "/data:data"]);
  });

  test("get around the names of the user's volumes", () => {
    const args: Partial<InitPodArgs> = {
      init: [{ run: { ...run, writes: ["/data/x"] } }],
      volumes: { data: { mountPath: "/other" }, tmp: {} },
    };

    expect(spec(args).volumes?.map(({ name }) => name)).toEqual(["data", "tmp", "data-2", "init-tmp", "tmp-2"]);
  });
});

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

  test("asks for little and keeps its last words in the Pod's status", () => {
    const [one, two] = steps({ init: [{ run }, { run, resources: { limits: { memory: "1Gi" } } }] });

    expect(one).toMatchObject({
      resources: { requests: { cpu: "10m", memory: "16Mi" } },
      terminationMessagePolicy: "FallbackToLogsOnError",
    });
    expect(two?.resources).toEqual({ limits: { memory: "1Gi" } });
  });

  test("gets values of Secrets by reference", () => {
    const [one] = steps({ init: [{ run, secretEnv: { P: { secret: "db", key: "password" } } }] });

    expect(one?.env).toContainEqual({ name: "P", valueFrom: { secretKeyRef: { name: "db", key: "password" } } });
  });

  test("of plain Kubernetes is laid over the defaults", () => {
    const raw = {
      image: "a",
      securityContext: { readOnlyRootFilesystem: false },
      resources: null,
      env: [{ name: "A", value: "$(B)" }],
    };
    const [one] = steps({ init: [{ container: raw }] });

    expect(one).toMatchObject({ securityContext: { readOnlyRootFilesystem: false, allowPrivilegeEscalation: false } });
    expect(one?.env).toEqual([
      { name: "HOME", value: "/tmp" },
      { name: "A", value: "$(B)" },
    ]);
    expect(one).not.toHaveProperty("resources");
  });

  test("tolerates as many failures as it says, else as the InitPod says, else 1", () => {
    const init = [{ run }, { run, retries: 0 }];

    expect(manifest({ init, container }).retries).toEqual({ default: 1, byContainer: { run: 1, "run-2": 0 } });
    expect(manifest({ init, container, retries: 5 }).retries).toEqual({
      default: 5,
      byContainer: { run: 5, "run-2": 0 },
    });
  });
});

describe("a download", () => {
  test("puts nothing that the user gives into its command", () => {
    const [one] = steps({ init: [{ download: { url: "https://x/$(A)", to: html, headers: { Accept: "a$$b" } } }] });

    expect(JSON.stringify(one?.command)).not.toMatch(/https:\/\/x|index\.html|Accept/);
    expect(one?.env).toEqual(
      expect.arrayContaining([
        { name: "INIT_POD_URL", value: "https://x/$$(A)" },
        { name: "INIT_POD_HEADER_1", value: "a$$$b" },
      ]),
    );
  });

  test("carries secret headers by reference alone, after the others", () => {
    const [one] = steps({
      init: [
        {
          download: {
            url,
            to: html,
            headers: { Accept: "a" },
            secretHeaders: { Authorization: { secret: "s", key: "k" } },
          },
        },
      ],
    });

    expect(one?.env).toEqual(
      expect.arrayContaining([
        { name: "INIT_POD_HEADER_NAMES", value: "Accept Authorization" },
        { name: "INIT_POD_HEADER_2", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
      ]),
    );
  });
});

describe("the app", () => {
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

  test("can be changed by plain Kubernetes", () => {
    const { containers } = spec({ container: { ...container, container: { name: "web", lifecycle: {}, image: "b" } } });

    expect(containers[0]).toMatchObject({ name: "web", lifecycle: {}, image: "b" });
  });
});

test("podSpec has the last word", () => {
  const result = spec({
    init: [{ run }],
    podSpec: {
      restartPolicy: "Never",
      enableServiceLinks: null,
      securityContext: { runAsUser: 1000 },
      initContainers: [{ name: "run", image: "other" }],
      containers: [{ name: "second", image: "b" }],
      volumes: [{ name: "tmp", emptyDir: { sizeLimit: "2Gi" } }],
    },
  });

  expect(result).toMatchObject({
    restartPolicy: "Never",
    securityContext: { runAsUser: 1000, fsGroup: 65_532 },
    initContainers: [{ name: "run", image: "other" }],
    containers: [{ name: "app" }, { name: "second", image: "b" }],
  });
  expect(result.volumes).toContainEqual({ name: "tmp", emptyDir: { sizeLimit: "2Gi" } });
  expect(result).not.toHaveProperty("enableServiceLinks");
});

describe("the Service", () => {
  const withPort = { ...container, port: 8080 };

  test("is there only when it is asked for", () => {
    expect(manifest({ container: withPort }).serviceSpec).toBeUndefined();
    expect(manifest({ container: withPort }).servicePort).toBeUndefined();
  });

  test("leads to the app's port, by default from the same one", () => {
    const { serviceSpec, servicePort, podPort } = manifest({ container: withPort, service: {} });

    expect(serviceSpec).toEqual({ type: "ClusterIP", ports: [{ name: "http", port: 8080, targetPort: 8080 }] });
    expect([servicePort, podPort]).toEqual([8080, 8080]);
  });

  test("takes a port, a type and plain Kubernetes of its own", () => {
    const spec = {
      ports: [
        { port: 80, nodePort: 30_080 },
        { name: "metrics", port: 9090 },
      ],
      sessionAffinity: "ClientIP",
    };
    const { serviceSpec, servicePort } = manifest({
      container: withPort,
      service: { port: 80, type: "NodePort", spec },
    });

    expect(serviceSpec).toEqual({
      type: "NodePort",
      ports: [
        { name: "http", port: 80, targetPort: 8080, nodePort: 30_080 },
        { name: "metrics", port: 9090 },
      ],
      sessionAffinity: "ClientIP",
    });
    expect(servicePort).toBe(80);
  });
});

describe("secrets", () => {
  const texts = async (args: InitPodArgs): Promise<{ secret: boolean; values: string[] }> => {
    const all = pulumi.all(manifest(args).secrets);
    const values = await new Promise<string[]>((resolve) => all.apply(resolve));
    return { secret: await pulumi.isSecret(all), values: values.filter((value) => value !== "") };
  };

  test("of Pulumi are known, wherever they stand, and nothing else is", async () => {
    const init = [{ run: { ...run, env: { A: pulumi.secret("one"), B: pulumi.output("open") } } }];
    const podSpec = { containers: [{ name: "app", env: pulumi.secret([{ name: "X", value: "two" }]) }] };

    expect(await texts({ init, container, podSpec })).toEqual({ secret: true, values: ["one", "X\ntwo"] });
    expect(await texts({ init: [{ run: { ...run, env: { B: pulumi.output("open") } } }], container })).toEqual({
      secret: false,
      values: [],
    });
  });

  test("of Kubernetes make the logs a secret although nobody knows them", async () => {
    const init = [{ run, secretEnv: { P: { secret: "db", key: "password" } } }];

    expect(await texts({ init, container })).toEqual({ secret: true, values: [] });
  });

  const image = "busybox:1";
  const withKey = { name: "KEY", valueFrom: { secretKeyRef: { name: "db", key: "password" } } };
  test.each<[string, boolean, InitPodArgs]>([
    ["a step of plain Kubernetes reads one", true, { init: [{ container: { image, env: [withKey] } }], container }],
    [
      "one is imported as a whole",
      true,
      { init: [{ container: { image, envFrom: [{ secretRef: { name: "db" } }] } }], container },
    ],
    [
      "podSpec gives one to a step",
      true,
      {
        init: [{ name: "one", image, run: { script: "true" } }],
        container,
        podSpec: { initContainers: [{ name: "one", env: [withKey] }] },
      },
    ],
    [
      "a step mounts one",
      true,
      {
        init: [{ image, run: { script: "true" } }],
        container,
        volumes: { db: { secret: "db", mountPath: "/db", mountIn: "init" } },
      },
    ],
    [
      "an Output holds the reference",
      true,
      { init: [{ container: { image, env: pulumi.output([withKey]) } }], container },
    ],
    [
      "the app alone reads one",
      false,
      {
        init: [{ image, run: { script: "true" } }],
        container: { ...container, secretEnv: { KEY: { secret: "db", key: "password" } } },
      },
    ],
    [
      "the app alone mounts one",
      false,
      {
        init: [{ image, run: { script: "true" } }],
        container,
        volumes: { db: { secret: "db", mountPath: "/db", mountIn: "app" } },
      },
    ],
  ])("are marked where init containers may log them: %s", async (_what, isMarked, args) => {
    expect(await pulumi.isSecret(pulumi.all(manifest(args).secrets))).toBe(isMarked);
  });
});
