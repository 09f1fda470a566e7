import { describe, expect, test } from "vitest";
import { download, fields, fixes, inStep } from "../problems.ts";

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

describe("a registry", () => {
  const refused = [
    "",
    "hub",
    "hub/a",
    "https://mirror.example",
    "mirror.example/",
    "mirror.example//a",
    "mirror.example/A",
    "mirror.example/a:1",
    `mirror.example/a@sha256:${"0".repeat(64)}`,
    "mirror.example:port",
    "mirror_.example",
    " mirror.example",
  ];
  test.each(refused)("%j is refused", (imageRegistry) => {
    expect(fields({ imageRegistry })).toEqual(["imageRegistry"]);
  });
  test.each(["mirror.example", "mirror.example:5000/hub", "localhost", "[::1]:5000/a/b"])(
    "%j is accepted",
    (imageRegistry) => {
      expect(fields({ imageRegistry })).toEqual([]);
    },
  );

  test("is no address, which is told", () => {
    expect(fixes({ imageRegistry: "https://mirror.example" }).imageRegistry).toMatch(/HOST.*, without https:\/\/$/);
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
