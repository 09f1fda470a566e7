import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { paths } from "../../../sandbox/paths.ts";
import { mustRun } from "./run.ts";
import { repo } from "./stack.ts";

const architecture = process.arch === "x64" ? "amd64" : process.arch;

/** The plugin as it is released, and a cache of plugins to install it into. */
export class PackedPlugin {
  readonly #folder = mkdtempSync(join(tmpdir(), "init-pod-plugin-"));
  readonly archives = join(this.#folder, "archives");
  readonly pulumiHome = this.homeWithoutIt();

  static async pack(): Promise<PackedPlugin> {
    const packed = new PackedPlugin();
    await mustRun("npm", ["run", "--silent", "pluginArchives", "--", packed.archives], { cwd: repo });
    return packed;
  }

  /** A cache of plugins of its own, which has the sandbox's alone, the language hosts among them. */
  homeWithoutIt(): string {
    const home = mkdtempSync(join(this.#folder, "home-"));
    const plugins = join(paths().pulumiHome, "plugins");
    for (const folder of readdirSync(plugins).filter((name) =>
      /^(resource-(kubernetes|random)|language-\w+)-v[\d.]+$/.test(name),
    )) {
      cpSync(join(plugins, folder), join(home, "plugins", folder), { recursive: true });
    }
    return home;
  }

  /** Path of the archive for this machine. */
  get archive(): string {
    const names = readdirSync(this.archives);
    return join(
      this.archives,
      names.find((name) => name.endsWith(`-${process.platform}-${architecture}.tar.gz`)) ?? "",
    );
  }

  async install(): Promise<void> {
    const args = ["plugin", "install", "resource", "init-pod", version, "--file", this.archive];
    await mustRun("pulumi", args, { env: { ...process.env, PULUMI_HOME: this.pulumiHome } });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A release: each file of a folder by its name, on this machine alone. `asked` is what was asked for. */
export async function serve(folder: string): Promise<{ url: string; asked: string[]; close: () => void }> {
  const asked: string[] = [];
  const server = createServer(({ url = "" }, response) => {
    asked.push(url);
    const file = join(folder, basename(url));
    if (existsSync(file)) response.end(readFileSync(file));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, close: () => server.close() };
}

export const { version } = JSON.parse(readFileSync(join(repo, "components/package.json"), "utf8")) as {
  version: string;
};

/** Text of a program that has InitPods of the plugin, as the SDK of another language has them; \`version\` chooses it. */
export function remoteProgram(body: string): string {
  return `
const pulumi = require("@pulumi/pulumi");
const k8s = require("@pulumi/kubernetes");
const config = new pulumi.Config();
const outputs = ["url", "initLogs", "podName", "namespace", "clusterUrl", "generatedSecret"];
class InitPod extends pulumi.ComponentResource {
  constructor(name, args, opts) {
    const told = Object.fromEntries(outputs.map((output) => [output, undefined]));
    super("init-pod:index:InitPod", name, { ...told, ...args }, { version: "${version}", ...opts }, true);
  }
}
${body}
`;
}
