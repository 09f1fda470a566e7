import { chmodSync, chownSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Finished, run } from "./run.ts";
import { kubectl, repo } from "./stack.ts";

/** Also called nobody; any id without files of its own would do. */
const userId = 65_534;

/** Another user of this machine, with a Node.js, an init-pod, a kubeconfig and a state folder of their own. */
export class OtherUser {
  readonly folder = mkdtempSync(join(tmpdir(), "init-pod-user-"));
  readonly stateHome = join(this.folder, "state");
  readonly #node = join(this.folder, "node");
  readonly #command = join(this.folder, "init-pod");

  static async create(): Promise<OtherUser> {
    const user = new OtherUser();
    // The ones of the tests may lie in a folder that nobody else may enter.
    copyFileSync(process.execPath, user.#node);
    cpSync(join(repo, "components/dist"), join(user.#command, "dist"), { recursive: true });
    copyFileSync(join(repo, "components/package.json"), join(user.#command, "package.json"));
    cpSync(join(repo, "node_modules/ws"), join(user.#command, "node_modules/ws"), { recursive: true });
    mkdirSync(user.stateHome);
    writeFileSync(join(user.folder, "kubeconfig"), await kubectl(["config", "view", "--raw", "--minify", "--flatten"]));
    for (const path of [user.folder, user.stateHome, join(user.folder, "kubeconfig")]) chownSync(path, userId, userId);
    chmodSync(user.folder, 0o700);
    return user;
  }

  /** Runs a JavaScript program, which prints JSON. */
  async evaluate<T>(script: string): Promise<T> {
    const { stdout, output } = await this.#run(["-e", script]);
    if (stdout === "") throw new Error(output);
    return JSON.parse(stdout) as T;
  }

  async initPod(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
    return await this.#run([join(this.#command, "dist/cli/main.js"), ...args], env);
  }

  async remove(): Promise<void> {
    await this.initPod(["stop"]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
    const identity = [`--reuid=${userId}`, `--regid=${userId}`, "--clear-groups"];
    return await run("setpriv", [...identity, this.#node, ...args], {
      cwd: "/",
      env: {
        PATH: process.env.PATH,
        HOME: this.folder,
        KUBECONFIG: join(this.folder, "kubeconfig"),
        XDG_STATE_HOME: this.stateHome,
        ...env,
      },
    });
  }
}
