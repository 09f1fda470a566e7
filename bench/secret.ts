import { median, round } from "./measure.ts";
import { fillPage, initPodProgram } from "./programs.ts";
import { secondsOf, upArgs, useSandbox, withStack } from "./stacks.ts";
import { previewsInTurns } from "./turns.ts";

const rounds = { up: 5, preview: 21 };

/** An InitPod with a Pulumi secret in the environment of a step, beside the same with a plain value, turn by turn. */
export async function secret(): Promise<object> {
  const provider = await useSandbox();
  const up = { secret: [] as number[], plain: [] as number[] };
  for (let turn = 0; turn < rounds.up; turn++) {
    for (const kind of ["secret", "plain"] as const) {
      up[kind].push(await withStack(programWith(kind), (stack) => secondsOf(stack, upArgs)));
    }
  }
  const preview = await withStack(programWith("secret"), (ours) =>
    withStack(programWith("plain"), (plain) => previewsInTurns(ours, plain, rounds.preview)),
  );
  const ratio = median(up.secret.map((seconds, pair) => seconds / (up.plain[pair] ?? NaN)));
  return {
    provider,
    rounds,
    up: { seconds: round(median(up.secret)), plain: round(median(up.plain)), ratio: round(ratio) },
    preview,
  };
}

function programWith(kind: "secret" | "plain"): string {
  const value = kind === "secret" ? `require("@pulumi/pulumi").secret("s3cret-value")` : `"s3cret-value"`;
  return initPodProgram(fillPage, true).replace("run: {", `run: { env: { TOKEN: ${value} },`);
}
