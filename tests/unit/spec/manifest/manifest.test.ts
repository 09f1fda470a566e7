import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { InitPodArgs } from "../../../../components/spec/args.ts";
import { manifest } from "../../../../components/spec/manifest/manifest.ts";
import { container, html, run, spec, url } from "../podSpec.ts";
import { fields } from "../problems.ts";

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

test("an Input stands in its own leaf alone, so that the rest is known without it", () => {
  const input = (value: string): pulumi.Output<string> => pulumi.output(value);
  const result = spec({
    init: [
      { image: input("a"), download: { url: input("https://x/"), to: html, headers: { Accept: input("b") } } },
      { run: { script: input("true"), env: { A: input("c") } } },
    ],
    container: { ...container, image: input("d"), command: [input("e")], env: { B: input("f") } },
    volumes: { conf: { configMap: input("g") }, data: { emptyDir: { sizeLimit: input("1Mi") } } },
  });
  const paths: string[] = [];
  const visit = (value: unknown, path: string): void => {
    if (pulumi.Output.isInstance(value)) paths.push(path);
    else if (typeof value === "object" && value !== null) {
      for (const [name, inner] of Object.entries(value)) visit(inner, path === "" ? name : `${path}.${name}`);
    }
  };
  visit(result, "");

  expect(paths.sort()).toEqual([
    "containers.0.command.0",
    "containers.0.env.1.value",
    "containers.0.image",
    "initContainers.0.env.1.value",
    "initContainers.0.env.9.value",
    "initContainers.0.image",
    "initContainers.1.command.2",
    "initContainers.1.env.1.value",
    "volumes.0.configMap.name",
    "volumes.1.emptyDir.sizeLimit",
  ]);
});

describe("images", () => {
  const waitFor = { tcp: "db:1" };
  const init = [{ run }, { waitFor }, { run, image: "mine:1" }, { container: { image: "busybox:1" } }];
  const imagesOf = (args: Partial<InitPodArgs>): unknown[] => {
    const { initContainers = [], containers } = spec({ init, ...args });
    return [...initContainers, ...containers].map(({ image }) => image);
  };

  test("by default of ours come from the registry that is named, by the full name that mirrors know", () => {
    const [busybox, curl, ...others] = imagesOf({});

    expect(imagesOf({ imageRegistry: "mirror.example:5000/hub" })).toEqual([
      `mirror.example:5000/hub/library/${String(busybox)}`,
      `mirror.example:5000/hub/${String(curl)}`,
      ...others,
    ]);
    expect(others).toEqual(["mine:1", "busybox:1", "app:1"]);
  });

  test("come from a registry that is known later", async () => {
    const registry = (value: string) => imagesOf({ imageRegistry: pulumi.output(value) })[1] as pulumi.Output<string>;

    expect(await new Promise((resolve) => registry("mirror.example").apply(resolve))).toMatch(
      /^mirror\.example\/curlimages\/curl:/,
    );
  });

  test("are pulled by the Secrets that are named", () => {
    expect(spec({ imagePullSecrets: ["one", "two"] }).imagePullSecrets).toEqual([{ name: "one" }, { name: "two" }]);
    expect(spec({})).not.toHaveProperty("imagePullSecrets");
    const podSpec = { imagePullSecrets: [{ name: "two" }, { name: "three" }] };
    expect(spec({ imagePullSecrets: ["one", "two"], podSpec }).imagePullSecrets).toEqual(
      ["one", "two", "three"].map((name) => ({ name })),
    );
    expect(fields({ imagePullSecrets: ["one", "Two"] })).toEqual(["imagePullSecrets[1]"]);
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

    expect(serviceSpec).toEqual({ type: "ClusterIP", ports: [{ name: "http-8080", port: 8080, targetPort: 8080 }] });
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
        { name: "http-80", port: 80, targetPort: 8080, nodePort: 30_080 },
        { name: "metrics", port: 9090 },
      ],
      sessionAffinity: "ClientIP",
    });
    expect(servicePort).toBe(80);
  });
});
