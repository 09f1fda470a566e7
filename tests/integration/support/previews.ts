import { images } from "./programs.ts";
import type { Finished } from "./run.ts";
import { kubectl, TestStack } from "./stack.ts";

/** What a program says of the InitPod `shop`, besides its defaults. */
export interface Shop {
  image?: string;
  script?: string;
  port?: number;
  tier?: string;
  service?: boolean;
  /** Resources of the step that seeds, as JavaScript. */
  resources?: string;
  /** Options of the InitPod, as JavaScript. */
  options?: string;
  more?: string;
}

const seed = "echo seeded";

/** The text of a program with an InitPod of two steps, one of which is given a secret. */
export function shopProgram(shop: Shop = {}): string {
  const { image = images.unprivileged, script = seed, port = 8080, tier = "web", service = true, resources } = shop;
  return `
const pulumi = require("@pulumi/pulumi");
const k8s = require("@pulumi/kubernetes");
const { InitPod } = require("init-pod");
const config = new pulumi.Config();
const shop = new InitPod("shop", {
  init: [
    {
      name: "token",
      image: "${images.busybox}",
      run: { script: "test -n \\"$TOKEN\\"", env: { TOKEN: config.requireSecret("token") } },
    },
    { name: "seed", image: "${images.busybox}", run: { script: ${JSON.stringify(script)} }, resources: ${resources ?? "{}"} },
  ],
  container: { image: "${image}", port: ${port} },
  labels: { tier: "${tier}" },
  service: ${service ? "{}" : "undefined"},
  forward: { mode: "never" },
}, ${shop.options ?? "{}"});
${shop.more ?? ""}
`;
}

/** A Pod of a name of its own, as README has it. */
const fixedName = `{
  transforms: [({ type, props, opts }) => type === "kubernetes:core/v1:Pod"
    ? { props: { ...props, metadata: { ...props.metadata, name: "shop" } }, opts: { ...opts, deleteBeforeReplace: true } }
    : undefined],
}`;

/** What the API server refuses once the InitPod is Ready, so that `up` fails before it deletes the old Pod. */
const refused = `
new k8s.core.v1.ConfigMap("other", { metadata: { name: "Not_A_Name" } }, { dependsOn: [shop] });
`;

/** What a preview is made of: programs that are deployed one after the other, and one that is previewed. */
export interface Scenario {
  name: string;
  /** Which stack it is of; those of one stack come one after the other. */
  stack: (typeof stacks)[number];
  /** Done before, to a stack that the scenarios before have left. */
  before?: (stack: TestStack) => Promise<unknown>;
  program: string;
}

const deploy =
  (program: string) =>
  async (stack: TestStack): Promise<unknown> => {
    stack.write(program);
    return await stack.tryUp();
  };

const setToken =
  (value: string) =>
  async (stack: TestStack): Promise<void> => {
    await stack.configure("token", value, "--secret");
  };

/** As if the Pod had been made by an older version. */
async function ageOf(stack: TestStack): Promise<void> {
  const key = "init-pod.dev/applied";
  const path = `jsonpath={.items[0].metadata.annotations.init-pod\\.dev/applied}`;
  const name = await kubectl(["get", "pods", "-n", stack.namespace, "-o", "jsonpath={.items[0].metadata.name}"]);
  const record = await kubectl(["get", "pods", "-n", stack.namespace, "-o", path]);
  const older = record.replace(/^(\S+) \S+/, "$1 0.0.9");
  await kubectl(["annotate", "--overwrite", "pod", name, "-n", stack.namespace, `${key}=${older}`]);
}

/** Previews of all that may become of an InitPod, by what was changed. */
export const scenarios: readonly Scenario[] = [
  { name: "firstDeploy", stack: "served", before: setToken("first-s3cr3t"), program: shopProgram() },
  { name: "noChange", stack: "served", before: deploy(shopProgram()), program: shopProgram() },
  { name: "image", stack: "served", program: shopProgram({ image: images.nginx }) },
  {
    name: "hidden",
    stack: "served",
    program: shopProgram({ image: images.nginx, options: `{ hideDiffs: ["spec.containers[*].image"] }` }),
  },
  { name: "step", stack: "served", program: shopProgram({ script: `${seed}; echo "</pre></details> @all \`\`\`"` }) },
  { name: "label", stack: "served", program: shopProgram({ tier: "front" }) },
  { name: "serviceRemoved", stack: "served", program: shopProgram({ service: false }) },
  {
    name: "initPodRemoved",
    stack: "served",
    program: `new (require("@pulumi/kubernetes").core.v1.ConfigMap)("other");`,
  },
  { name: "failedPreview", stack: "served", program: shopProgram({ port: 70_000 }) },
  { name: "secret", stack: "served", before: setToken("second-s3cr3t"), program: shopProgram() },
  {
    name: "newVersion",
    stack: "served",
    before: async (stack) => {
      await setToken("first-s3cr3t")(stack);
      await ageOf(stack);
    },
    program: shopProgram({ resources: `{ requests: { memory: "16Mi" } }` }),
  },
  {
    name: "leftOver",
    stack: "served",
    before: deploy(shopProgram({ script: "echo anew", more: refused })),
    program: shopProgram({ script: "echo anew" }),
  },
  {
    name: "serviceAdded",
    stack: "named",
    before: async (stack) => {
      await setToken("first-s3cr3t")(stack);
      await deploy(shopProgram({ service: false, options: fixedName }))(stack);
    },
    program: shopProgram({ options: fixedName }),
  },
  { name: "port", stack: "named", program: shopProgram({ service: false, options: fixedName, port: 8081 }) },
  {
    name: "downtime",
    stack: "named",
    program: shopProgram({ service: false, options: fixedName, image: images.nginx }),
  },
  {
    name: "failedPod",
    stack: "failed",
    before: async (stack) => {
      await setToken("first-s3cr3t")(stack);
      await deploy(shopProgram({ script: "echo no such table; exit 3" }))(stack);
    },
    program: shopProgram({ script: "echo no such table; exit 3" }),
  },
];

export const stacks = ["served", "named", "failed"] as const;

/** Makes the previews of all scenarios of a stack, and gives each to `use`. */
export async function previewsOf(
  which: Scenario["stack"],
  use: (scenario: Scenario, preview: Finished, stack: TestStack) => Promise<void> | void,
): Promise<void> {
  const stack = await TestStack.create("", { projectName: "shop" });
  try {
    for (const scenario of scenarios) {
      if (scenario.stack !== which) continue;
      await scenario.before?.(stack);
      stack.write(scenario.program);
      await use(scenario, await stack.try(["preview", "--json", "--show-replacement-steps"]), stack);
    }
  } finally {
    await stack.remove();
  }
}

/** What is left of a preview as a fixture: nothing of the machine, nor what nobody reads. */
export function fixtureOf(stdout: string, namespace: string): string {
  const unread = ["created", "modified", "sourcePosition", "stackTrace", "outputs", "duration", "propertyDependencies"];
  const value: unknown = JSON.parse(stdout.replaceAll(namespace, "shop-test"), (key, inner: unknown) =>
    unread.includes(key) ? undefined : inner,
  );
  return JSON.stringify(value, undefined, 2) + "\n";
}
