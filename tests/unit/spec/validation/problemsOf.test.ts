import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { InitPodArgs, InitStep } from "../../../../components/spec/args.ts";
import { problemsOf } from "../../../../components/spec/validation/problemsOf.ts";
import { formatProblems } from "../../../../components/spec/values/problem.ts";

const to = "/data/file";
const download: InitStep = { download: { url: "https://example.com/", to } };
const good: InitPodArgs = { init: [download], container: { image: "nginx:1.29", port: 80 } };

/** Fields that are complained about, with the complaint. */
function fixes(args: Partial<InitPodArgs>): Record<string, string> {
  return Object.fromEntries(problemsOf({ ...good, ...args }).map(({ field, fix }) => [field, fix]));
}

function fields(args: unknown): string[] {
  return Object.keys(fixes(args as Partial<InitPodArgs>));
}

function inStep(step: unknown): string[] {
  return fields({ init: [step] });
}

describe("good arguments", () => {
  const pods: Record<string, InitPodArgs> = {
    "a download": good,
    "an app alone": { container: { image: "nginx" } },
    "every field": {
      init: [
        {
          name: "fetch",
          download: {
            url: "http://weather.weather.svc/london?a=b",
            to,
            sha256: "a".repeat(64),
            headers: { Accept: "text/html" },
            secretHeaders: { Authorization: { secret: "token", key: "t.o-k_en" } },
            attempts: 1,
            timeoutSeconds: 0.5,
            connectTimeoutSeconds: 1,
            mode: "600",
          },
          retries: 0,
          secretEnv: { PASSWORD: { secret: "db", key: "password" } },
          resources: { requests: { cpu: "0.1", memory: "64Mi" }, limits: { cpu: 1 as unknown as string } },
        },
        {
          run: { command: ["migrate"], env: { A_1: "" }, writes: ["/out/a"] },
          image: "registry:5000/a/b@sha256:" + "0".repeat(64),
        },
        { sidecar: true, container: { image: "envoy", name: "proxy" } },
      ],
      container: {
        name: "web",
        image: "nginx",
        port: 65_535,
        readyPath: "/ready?x=1",
        secretEnv: { P: { secret: "db", key: "other" } },
      },
      volumes: {
        "shared-data": { mountPath: "/usr/share/nginx/html", emptyDir: { sizeLimit: "1.5Gi", memory: true } },
        conf: { configMap: "nginx.conf", mountPath: "/etc/nginx/conf.d", mountIn: "app", readOnly: true },
      },
      service: { type: "LoadBalancer", port: 1 },
      security: "restricted-no-ids",
      forward: { mode: "always", localPort: 8080, protocol: "https" },
      namespace: "shop",
      labels: { "example.com/team": "a", tier: "" },
      annotations: { note: "anything at all" },
      timeoutSeconds: 90,
      retries: 3,
      podSpec: { hostNetwork: true },
    },
    "the tutorial": {
      volumes: { "shared-data": { mountPath: "/usr/share/nginx/html" } },
      init: [
        { container: { name: "download-config", image: "curlimages/curl:7.85.0", args: ["https://example.com/"] } },
      ],
      container: { name: "nginx-container", image: "nginx", port: 80 },
      security: "image",
    },
  };

  test.each(Object.entries(pods))("%s: no problem", (_, args) => {
    expect(problemsOf(args)).toEqual([]);
  });
});

test("all problems are in one text: field, value and fix of each on a line", () => {
  const args: InitPodArgs = { container: { image: "Not An Image", port: 70_000 }, retries: -1 };

  expect(formatProblems("web", problemsOf(args)).split("\n")).toEqual([
    'InitPod "web": 3 problems in its arguments',
    expect.stringContaining('  container.image = "Not An Image": is no image reference'),
    "  container.port = 70000: must be a whole number from 1 to 65535",
    "  retries = -1: must be a whole number 0 or more",
  ]);
});

describe("a secret value is never shown", () => {
  test("in a header", () => {
    const headers = { Authorization: "Bearer s3cr3t\nX: y" };
    const text = formatProblems(
      "web",
      problemsOf({ ...good, init: [{ download: { url: "https://x/", to, headers } }] }),
    );

    expect(text).toContain("headers.Authorization = [hidden]");
    expect(text).not.toContain("s3cr3t");
  });

  test("in an address", () => {
    const url = "https://user:s3cr3t@example.com /?key=s3cr3t";
    const text = formatProblems("web", problemsOf({ ...good, init: [{ download: { url, to } }] }));

    expect(text).toContain("init[0].download.url");
    expect(text).not.toContain("s3cr3t");
  });
});

test("an Output is not looked at before it resolves", () => {
  const image = pulumi.output("Not An Image");

  expect(problemsOf({ ...good, container: { image } })).toEqual([]);
});

describe("images", () => {
  const refused = [
    "",
    " nginx",
    "nginx:",
    "nginx:a b",
    "https://nginx",
    "a//b",
    "/a",
    "a/",
    "a/UPPER",
    "nginx@sha256:12",
    "a@b@c",
    "host:x/a",
    "-a",
    "a".repeat(256),
  ];
  const accepted = [
    "nginx",
    "nginx:1.29-alpine",
    "library/nginx",
    "ghcr.io/a/b__c.d-e:v1",
    "localhost/a",
    "Host.io:5000/a:b",
    "[::1]:5000/a",
    `a@sha256:${"0".repeat(64)}`,
    "sandbox.local/curl:7",
  ];

  test.each(refused)("%j is refused", (image) => {
    expect(fields({ container: { image } })).toEqual(["container.image"]);
  });
  test.each(accepted)("%j is accepted", (image) => {
    expect(fields({ container: { image } })).toEqual([]);
  });
});

describe("numbers", () => {
  test.each([0, 65_536, 80.5, Number.NaN, "80"])("port %j is refused", (port) => {
    expect(fields({ container: { image: "a", port } })).toEqual(["container.port"]);
    expect(fields({ forward: { localPort: port } })).toEqual(["forward.localPort"]);
    expect(fields({ service: { port } })).toEqual(["service.port"]);
  });
  test.each([-1, 0.5, "1"])("%j retries are refused, of a step as well", (retries) => {
    expect(fields({ retries })).toEqual(["retries"]);
    expect(inStep({ ...download, retries })).toEqual(["init[0].retries"]);
  });
  test.each([0, -1, Number.POSITIVE_INFINITY])("a timeout of %j is refused", (timeoutSeconds) => {
    expect(fields({ timeoutSeconds })).toEqual(["timeoutSeconds"]);
  });
});

describe("a step", () => {
  test("sets exactly one kind", () => {
    expect(fixes({ init: [{ ...download, run: { script: "x" } }, {}, { donwload: {} } as InitStep] })).toEqual({
      "init[0]": "needs exactly one of download, run, container; it has download, run",
      "init[1]": "needs exactly one of download, run, container; it has none",
      "init[2]": "needs exactly one of download, run, container; it has donwload",
    });
  });

  test("is named by a DNS label that no other container has", () => {
    expect(inStep({ ...download, name: "Fetch_it" })).toEqual(["init[0].name"]);
    expect(inStep({ ...download, name: "app" })).toEqual(["init[0].name"]);
    const twice = { ...download, name: "fetch" };
    expect(fixes({ init: [twice, { name: "fetch", run: { script: "x" } }] })).toEqual({
      "init[1].name": "is the name of init[0] too; choose another",
    });
  });

  test("that ends by itself is no sidecar", () => {
    expect(inStep({ ...download, sidecar: true })).toEqual(["init[0].sidecar"]);
  });

  test("of plain Kubernetes needs an image, and a name and image given once", () => {
    expect(inStep({ container: {} })).toEqual(["init[0].container.image"]);
    expect(inStep({ image: "a", container: {} })).toEqual([]);
    expect(inStep({ image: "a", name: "x", container: { image: "b", name: "y" } })).toEqual([
      "init[0].name",
      "init[0].image",
    ]);
    expect(inStep({ container: { image: "a", name: pulumi.output("x") } })).toEqual(["init[0].container.name"]);
  });

  test("that runs needs a script or a command", () => {
    expect(inStep({ run: {} })).toEqual(["init[0].run"]);
    expect(inStep({ run: { script: "x", command: ["y"] } })).toEqual(["init[0].run"]);
    expect(inStep({ run: { command: [] } })).toEqual(["init[0].run.command"]);
    expect(inStep({ run: { command: ["x"], shell: ["sh"] } })).toEqual(["init[0].run.shell"]);
  });

  test("gets each environment variable once, by a name that shells can read", () => {
    const secretEnv = { A: { secret: "s", key: "k" }, "B-C": { secret: "S", key: "" } };
    expect(inStep({ run: { script: "x", env: { A: "1", "1A": "2" } }, secretEnv })).toEqual([
      "init[0].secretEnv.A",
      "init[0].secretEnv.B-C",
      "init[0].secretEnv.B-C.secret",
      "init[0].secretEnv.B-C.key",
      "init[0].run.env.1A",
    ]);
  });

  test("asks for amounts that Kubernetes understands", () => {
    expect(inStep({ ...download, resources: { limits: { memory: "64MB" } } })).toEqual([
      "init[0].resources.limits.memory",
    ]);
  });
});

describe("a download", () => {
  const withField = (field: string, value: unknown): string[] =>
    inStep({ download: { url: "https://x/", to, [field]: value } });

  test.each([
    ["url", "ftp://x/"],
    ["url", "example.com"],
    ["url", "https://x/ y"],
    ["url", "https://x/\n"],
    ["url", undefined],
    ["to", "relative"],
    ["to", "/data/../etc/passwd"],
    ["to", "/data//x"],
    ["to", "/data/"],
    ["to", undefined],
    ["sha256", "abc"],
    ["attempts", 0],
    ["timeoutSeconds", 0],
    ["connectTimeoutSeconds", -1],
    ["mode", "0999"],
    ["mode", 644],
  ])("%s %j is refused", (field, value) => {
    expect(withField(field, value)).toEqual([`init[0].download.${field}`]);
  });

  test("directly below / is refused, and what would hide the image's own folders", () => {
    expect(fixes({ init: [{ download: { url: "https://x/", to: "/file" } }] })["init[0].download.to"]).toContain(
      "directly below /",
    );
    for (const path of ["/etc/app.conf", "/usr/bin/tool", "/usr/local/bin/x", "/proc/1/x", "/dev/shm/x"]) {
      expect(withField("to", path)).toEqual(["init[0].download.to"]);
    }
  });

  test("has headers of one line, each once", () => {
    const key = { secret: "s", key: "k" };
    const headers = { "Bad Name": "x", Empty: "", Two: "a\r\nb", Both: "x" };
    expect(inStep({ download: { url: "https://x/", to, headers, secretHeaders: { both: key } } })).toEqual([
      "init[0].download.headers.Bad Name",
      "init[0].download.headers.Empty",
      "init[0].download.headers.Two",
      "init[0].download.secretHeaders.both",
    ]);
  });

  test("is the only one that writes its file", () => {
    expect(fixes({ init: [download, download] })["init[1]"]).toContain("is written by init[0] already");
  });
});

describe("the app", () => {
  test("is needed", () => {
    expect(problemsOf({} as InitPodArgs).map(({ field }) => field)).toEqual(["container"]);
  });

  test("has a port where something needs it", () => {
    const container = { image: "a", readyPath: "/" };
    expect(fields({ container, service: {}, forward: { mode: "always", localPort: 1 } })).toEqual([
      "container.readyPath",
      "service",
      "forward.mode",
      "forward.localPort",
    ]);
    expect(fields({ container: { image: "a" }, forward: { mode: "never" } })).toEqual([]);
  });

  test("is named once", () => {
    expect(fields({ container: { image: "a", name: "x", container: { name: "y" } } })).toEqual([
      "container.container.name",
    ]);
    expect(fields({ container: { image: "a", container: { name: "y" } } })).toEqual([]);
  });
});

describe("words", () => {
  test.each(["security", "service.type", "forward.mode", "forward.protocol", "volumes.v.mountIn"])(
    "an unknown %s is refused",
    (path) => {
      const [top = "", ...rest] = path.split(".");
      const value = rest.reduceRight<unknown>((inner, key) => ({ [key]: inner }), "unknown");
      expect(fixes({ [top]: value })[path]).toMatch(/^must be one of "/);
    },
  );
});

describe("labels and annotations", () => {
  test("keep to Kubernetes' syntax", () => {
    expect(fields({ labels: { "a b": "x", "a/b/c": "x", good: "-bad-" }, annotations: { "/x": "" } })).toEqual([
      'labels["a b"]',
      'labels["a/b/c"]',
      'labels["good"]',
      'annotations["/x"]',
    ]);
  });

  test("leave alone what InitPod relies on", () => {
    const labels = {
      "app.kubernetes.io/name": "x",
      "app.kubernetes.io/instance": "x",
      "init-pod.dev/x": "x",
      "app.kubernetes.io/version": "1",
    };
    const annotations = { "pulumi.com/waitFor": "x", "pulumi.com/skipAwait": "true", "init-pod.dev/retry": "x" };
    expect(fields({ labels })).toHaveLength(3);
    expect(fields({ annotations })).toHaveLength(3);
  });
});

describe("volumes", () => {
  test("have one source, a name and a path of their own", () => {
    expect(
      fields({
        volumes: {
          Bad: {},
          two: { configMap: "a", secret: "b" },
          rel: { mountPath: "x" },
          colon: { mountPath: "/a:b" },
        },
      }),
    ).toEqual(["volumes.Bad", "volumes.two", "volumes.rel.mountPath", "volumes.colon.mountPath"]);
    expect(fields({ volumes: { a: { mountPath: "/x" }, b: { mountPath: "/x", mountIn: "app" } } })).toEqual([
      "volumes.b.mountPath",
    ]);
    expect(
      fields({ volumes: { a: { mountPath: "/x", mountIn: "init" }, b: { mountPath: "/x", mountIn: "app" } } }),
    ).toEqual([]);
  });

  test("that a step writes to can be written to by it", () => {
    expect(fixes({ volumes: { conf: { mountPath: "/data", configMap: "c" } } })["init[0]"]).toContain(
      "can't be written to",
    );
    expect(fixes({ volumes: { mine: { mountPath: "/data", mountIn: "app" } } })["init[0]"]).toContain(
      "only the app mounts",
    );
    expect(fields({ volumes: { data: { mountPath: "/data" } } })).toEqual([]);
  });
});
