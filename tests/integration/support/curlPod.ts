import { images } from "./programs.ts";
import type { RunOptions } from "./run.ts";
import { kubectl } from "./stack.ts";

/** The sandbox's curl on the network of the node, which is this machine: its 127.0.0.1 is the one that forwards bind. */
export class CurlPod {
  private constructor(private readonly namespace: string) {}

  static async start(namespace: string): Promise<CurlPod> {
    const spec = { hostNetwork: true, terminationGracePeriodSeconds: 1 };
    await kubectl([
      ...["run", "curl", "-n", namespace, "--image", images.curl, "--restart", "Never"],
      ...["--overrides", JSON.stringify({ spec }), "--command", "--", "sleep", "3600"],
    ]);
    await kubectl(["wait", "-n", namespace, "--for", "condition=Ready", "--timeout", "60s", "pod/curl"]);
    return new CurlPod(namespace);
  }

  /** Runs a shell script, in /tmp, that must end with 0. */
  async run(script: string, options?: RunOptions): Promise<string> {
    return await kubectl(["exec", "-n", this.namespace, "curl", "--", "sh", "-euc", `cd /tmp; ${script}`], options);
  }
}
