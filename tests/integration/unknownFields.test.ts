import { afterAll, beforeAll, expect, test } from "vitest";
import { baselineFields, type OpenApi, serverFields } from "../../components/spec/knownFields";
import { images, program } from "./support/programs.ts";
import { diagnostics, kubectl, TestStack } from "./support/stack.ts";

const args = `{
  container: { image: "${images.unprivileged}", port: 8080, container: config.getObject("container") },
  service: { spec: config.getObject("service") },
  podSpec: { terminationGracePeriodSeconds: 1, ...config.getObject("podSpec") },
}`;

const warning = /^.*This cluster does not know.*$/gm;

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.create(program(args));
});

afterAll(async () => {
  await stack.remove();
});

/** What a command warns of, once each. */
async function warned(command: string[]): Promise<string[]> {
  const { output } = await stack.pulumi(command);
  return (diagnostics(output).match(warning) ?? []).map((line) => line.replace(/^\s*warning: /, ""));
}

const commands = [["preview"], ["up", "--yes", "--skip-preview"], ["preview"]];

test("fields that the cluster does not know are warned of by preview and up, which go on", async () => {
  await stack.configure("podSpec", JSON.stringify({ nodeSelectr: { zone: "secret-a" } }));
  await stack.configure("container", JSON.stringify({ livenessProbe: { tcpSocket: { port: 8080 }, htpGet: {} } }));
  await stack.configure("service", JSON.stringify({ sesionAffinity: "None" }));
  const ofPod =
    "This cluster does not know 2 fields of the Pod, and leaves them out: " +
    "spec.containers[0].livenessProbe.htpGet (did you mean httpGet?), spec.nodeSelectr (did you mean nodeSelector?).";
  const ofService =
    "This cluster does not know a field of the Service, and leaves it out: spec.sesionAffinity (did you mean sessionAffinity?).";
  for (const command of commands.slice(0, 2)) expect(await warned(command)).toEqual([ofPod, ofService]);
  await stack.pulumi(["config", "rm", "service"]);
  for (const command of commands) expect(await warned(command)).toEqual([ofPod]);
  expect(Object.keys(await stack.previewed())).toEqual(["same"]);
  // It is as the warning says.
  expect(await kubectl(["-n", stack.namespace, "get", "pods,services", "-o", "json"])).not.toMatch(
    /"(nodeSelectr|htpGet|sesionAffinity)":/,
  );
});

test("a field that this cluster knows, although not every one does, is not warned of", async () => {
  await stack.pulumi(["config", "rm", "container"]);
  // Of Kubernetes 1.32.
  await stack.configure("podSpec", JSON.stringify({ resources: { requests: { cpu: "10m" } } }));
  for (const command of commands) expect(await warned(command)).toEqual([]);
});

test("this API server has every field for which none is asked", async () => {
  const inServer = serverFields(JSON.parse(await kubectl(["get", "--raw", "/openapi/v3/api/v1"])) as OpenApi);
  const seen = new Set<string>();
  const visit = (type: string, serverType: string): string[] => {
    if (seen.has(type)) return [];
    seen.add(type);
    return [...(baselineFields(type) ?? [])].flatMap(([name, inner]) => {
      const known = inServer(serverType);
      if (known?.has(name) !== true) return [`${type}.${name}`];
      return inner === undefined ? [] : visit(inner, known.get(name) ?? "");
    });
  };
  expect(["PodSpec", "ServiceSpec"].flatMap((type) => visit(type, type))).toEqual([]);
  expect(seen.size).toBeGreaterThan(90);
});
