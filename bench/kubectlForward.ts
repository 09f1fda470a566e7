import { type ChildProcess, spawn } from "node:child_process";

/** `kubectl port-forward` to a Pod's port 8080. */
export class KubectlForward {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: string) {
    this.#child = child;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(namespace: string, pod: string): Promise<KubectlForward> {
    const child = spawn("kubectl", ["port-forward", "-n", namespace, `pod/${pod}`, ":8080"], {
      // It writes an error for each connection that it loses: a pipe that nobody reads would stop it.
      stdio: ["ignore", "pipe", "ignore"],
    });
    return await new Promise((resolve, reject) => {
      // Read to the end, for the same reason.
      child.stdout.on("data", (chunk: Buffer) => {
        const [, port] = /127\.0\.0\.1:(\d+)/.exec(chunk.toString()) ?? [];
        if (port !== undefined) resolve(new KubectlForward(child, port));
      });
      child.on("error", reject);
      child.on("exit", () => reject(new Error("kubectl port-forward ended")));
    });
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  stop(): void {
    this.#child.kill();
  }
}
