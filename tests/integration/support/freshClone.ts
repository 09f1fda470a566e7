import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { paths } from "../../../sandbox/paths.ts";
import { filesBelow } from "./machine.ts";
import { mustRun, run } from "./run.ts";
import { kubectl, objects, repo } from "./stack.ts";

interface Labelled {
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
}

/** A copy of this repo's tracked files as they are now, in which nothing is installed or built. */
export class FreshClone {
  readonly #own = mkdtempSync(join(tmpdir(), "init-pod-clone-"));
  readonly folder = join(this.#own, "clone");
  readonly stateHome = join(this.#own, "state");
  /** Of its own: all clones have their stacks in the sandbox's one backend, and one may be in use. */
  readonly project = `first-use-${Math.random().toString(36).slice(2, 8)}`;

  static async create(): Promise<FreshClone> {
    const clone = new FreshClone();
    mkdirSync(clone.stateHome);
    const { stdout } = await mustRun("git", ["ls-files", "-z"], { cwd: repo });
    for (const file of stdout.split("\0").filter((name) => name !== "" && existsSync(join(repo, name)))) {
      cpSync(join(repo, file), join(clone.folder, file));
    }
    // The images of the stack for a cluster of one's own are in registries that the sandbox can't reach.
    copyFileSync(join(clone.folder, "Pulumi.sandbox.yaml"), join(clone.folder, "Pulumi.dev.yaml"));
    clone.#renameProject();
    return clone;
  }

  #renameProject(): void {
    for (const name of readdirSync(this.folder).filter((name) => /^Pulumi\.(.+\.)?yaml$/.test(name))) {
      const file = join(this.folder, name);
      writeFileSync(file, readFileSync(file, "utf8").replaceAll("init-pod-tutorial", this.project));
    }
  }

  /** What its stacks have in the cluster. */
  async objects(): Promise<string[]> {
    const all = await objects<Labelled>("pods,services", "default");
    return all.filter((object) => this.#isOwn(object)).map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  }

  /** The forwards of its stacks, as their files say. The command makes others: of all InitPods in the cluster. */
  async forwards(): Promise<string[]> {
    const others = (await objects<Labelled>("pods", "default")).filter((pod) => !this.#isOwn(pod));
    const otherIds = new Set(others.map(({ metadata }) => metadata.labels?.["init-pod.dev/id"]));
    return filesBelow(join(this.stateHome, "init-pod"))
      .filter((file) => file.endsWith(".forward.json"))
      .map((file) => readFileSync(file, "utf8"))
      .filter((content) => {
        const { namespace, id } = JSON.parse(content) as { namespace: string; id: string };
        return namespace === "default" && !otherIds.has(id);
      });
  }

  #isOwn({ metadata }: Labelled): boolean {
    return metadata.labels?.["app.kubernetes.io/instance"]?.startsWith(this.project) ?? false;
  }

  /** Deletes all that was made from it, in the cluster and on this machine, however far it came. */
  async remove(): Promise<void> {
    try {
      await this.#removeForwardsAndObjects();
    } finally {
      // The sandbox's stand-ins for plugins run from the clone that set it up last.
      await run(process.execPath, [join(repo, "sandbox/main.ts"), "up"]);
      this.#removeFiles();
    }
  }

  async #removeForwardsAndObjects(): Promise<void> {
    const env = { ...process.env, XDG_STATE_HOME: this.stateHome };
    for (const stack of ["sandbox", "dev"]) {
      await run("pulumi", ["destroy", "--yes", "--skip-preview", "--stack", stack], { cwd: this.folder, env });
    }
    await run(process.execPath, [join(repo, "components/dist/cli/main.js"), "stop"], { env });
    const left = await this.objects();
    if (left.length > 0) await kubectl(["delete", "-n", "default", "--wait=false", ...left]);
  }

  #removeFiles(): void {
    const { pulumiState, pulumiHome } = paths();
    for (const folder of [pulumiState, join(pulumiHome, "workspaces")].filter(existsSync)) {
      for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        if (basename(path).startsWith(this.project)) rmSync(join(folder, path), { recursive: true, force: true });
      }
    }
    rmSync(this.#own, { recursive: true, force: true });
  }
}
