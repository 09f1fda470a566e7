import { expect, test } from "vitest";
import type { InitPodArgs } from "../../../../components/spec/args.ts";
import { manifest } from "../../../../components/spec/manifest/manifest.ts";

const container = { image: "nginx:1.29", port: 8080 };
const port = (containerPort: number, protocol?: string) => [{ containerPort, ...(protocol && { protocol }) }];
const step = (ports: object[], sidecar = true) => ({ sidecar, container: { image: "envoy:1", ports } });
// Of the level that asks nothing of containers which are the user's alone.
const warningsOf = (args: Omit<InitPodArgs, "container">) =>
  manifest({ container, security: "image", ...args }).warnings;

test.each<[string, Omit<InitPodArgs, "container">]>([
  ["a sidecar", { init: [{ name: "proxy", ...step(port(8080)) }] }],
  [
    "a sidecar by the Pod's own fields",
    { podSpec: { initContainers: [{ name: "proxy", image: "envoy:1", restartPolicy: "Always", ports: port(8080) }] } },
  ],
  [
    "a second app container",
    { podSpec: { containers: [{ name: "proxy", image: "envoy:1", ports: port(8080, "TCP") }] } },
  ],
])("%s that declares the app's port too is warned of, by its name", (_, args) => {
  expect(warningsOf(args)).toEqual([expect.stringMatching(/^Port 8080 of the app is declared by "proxy" too\./)]);
});

test.each<[string, Omit<InitPodArgs, "container">]>([
  ["a sidecar on another port", { init: [{ name: "proxy", ...step(port(8081)) }] }],
  ["a sidecar on the same port of another protocol", { init: [{ name: "proxy", ...step(port(8080, "UDP")) }] }],
  ["an init container, which has ended by then", { init: [{ name: "proxy", ...step(port(8080), false) }] }],
  ["no other container", {}],
])("%s is not warned of", (_, args) => {
  expect(warningsOf(args)).toEqual([]);
});
