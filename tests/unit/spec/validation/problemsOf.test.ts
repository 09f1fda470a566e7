import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { InitPodArgs } from "../../../../components/spec/args.ts";
import { problemsOf } from "../../../../components/spec/validation/problemsOf.ts";
import { formatProblems } from "../../../../components/spec/values/problem.ts";
import { good, to } from "../problems.ts";

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
