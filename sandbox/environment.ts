import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { SandboxError } from "./errors.ts";
import { type Paths, paths } from "./paths.ts";

export type ProviderKind = "official" | "stand-in";

export const notSetUp = "The sandbox has not been set up yet. Do it with: npm run sandbox -- up";

/** What `up` found out and later commands go by. */
export interface Setup {
  /** Path of the pulumi command. */
  pulumi: string;
  providers: { kubernetes: ProviderKind; random: ProviderKind };
  seconds: Record<string, number>;
}

export function readSetup(where: Paths): Setup | undefined {
  const file = setupFile(where);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Setup) : undefined;
}

export function writeSetup(where: Paths, setup: Setup): void {
  mkdirSync(where.cache, { recursive: true });
  writeFileSync(setupFile(where), JSON.stringify(setup, null, 2));
}

function setupFile(where: Paths): string {
  return join(where.cache, "setup.json");
}

/** The variables with which pulumi, kubectl and init-pod work on the sandbox. */
export function environment(where: Paths = paths()): Record<string, string> {
  const setup = readSetup(where);
  if (setup === undefined) {
    throw new SandboxError(notSetUp);
  }
  const standIns = Object.values(setup.providers).includes("stand-in");
  const first = [
    where.bin,
    // A Pulumi of the machine's own, with its language host.
    ...(setup.pulumi.startsWith(`${where.cache}/`) ? [] : [dirname(setup.pulumi)]),
    join(where.repository, "node_modules/.bin"),
    dirname(process.execPath),
  ];
  const others = (process.env.PATH ?? "").split(":").filter((folder) => folder !== "" && !first.includes(folder));
  return {
    PATH: [...new Set(first), ...others].join(":"),
    KUBECONFIG: where.kubeconfig,
    PULUMI_HOME: where.pulumiHome,
    PULUMI_BACKEND_URL: `file://${where.pulumiState}`,
    // Pulumi wants one for every stack. The sandbox's stacks hold nothing worth a secret one.
    PULUMI_CONFIG_PASSPHRASE: "init-pod-sandbox",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // It could not be had when the sandbox was set up; trying at every command would only cost time.
    ...(standIns ? { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" } : {}),
  };
}
