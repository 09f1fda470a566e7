import { expect, test } from "vitest";
import { readinessPath } from "../../../../components/cluster/pods/pod.ts";

const sidecar = { name: "proxy", readinessProbe: { httpGet: { path: "/proxy", port: 9000 } } };

test.each([
  ["by number", { ports: [{ containerPort: 80 }], readinessProbe: { httpGet: { path: "/ok", port: 80 } } }, "/ok"],
  [
    "by name",
    { ports: [{ name: "http", containerPort: 80 }], readinessProbe: { httpGet: { path: "/ok", port: "http" } } },
    "/ok",
  ],
  [
    "of another port",
    { ports: [{ containerPort: 80 }], readinessProbe: { httpGet: { path: "/ok", port: 81 } } },
    undefined,
  ],
  ["that asks no path", { ports: [{ containerPort: 80 }], readinessProbe: {} }, undefined],
  ["that is missing", {}, undefined],
])("the path that shows whether a port is ready, by a probe %s", (_, container, path) => {
  expect(readinessPath({ containers: [sidecar, { name: "app", ...container }] }, 80)).toBe(path);
});

test("a Pod without a spec has no such path", () => expect(readinessPath(undefined, 80)).toBeUndefined());
