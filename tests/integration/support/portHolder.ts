import { spawn } from "node:child_process";
import { once } from "node:events";

/** Another program that listens on a port of this machine. */
export interface PortHolder {
  /** How people know it: its name and its process id. */
  called: string;
  end: () => Promise<void>;
}

/** Starts one, and returns when it listens. */
export async function holdPort(port: number): Promise<PortHolder> {
  const script = `require("node:net").createServer().listen(${port}, "127.0.0.1", () => console.log("listens"))`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return {
    called: `node (process ${child.pid})`,
    end: async () => {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}
