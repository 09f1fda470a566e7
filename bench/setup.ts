import { down, up } from "../sandbox/sandbox.ts";

/** What it takes to set the sandbox up, by part. Parts overlap, so `total` is not their sum. */
export async function setup(args: string[]): Promise<object> {
  const fresh = args.includes("--fresh");
  if (fresh) await down(true, console.error);
  const { seconds, providers } = await up({ report: console.error });
  return { fresh, providers, seconds };
}
