import { median, round } from "./measure.ts";
import { fillPage, initPodProgram } from "./programs.ts";
import { mustPulumi, secondsOf, upArgs, useSandbox, withStack } from "./stacks.ts";

const rounds = { up: 5, preview: 21 };
const previewArgs = ["preview", "--expect-no-changes"];

/** An InitPod with a Pulumi secret in the environment of a step, beside the same with a plain value, turn by turn. */
export async function secret(): Promise<object> {
  const provider = await useSandbox();
  const up = { secret: [] as number[], plain: [] as number[] };
  const preview = { secret: [] as number[], plain: [] as number[] };
  for (let round = 0; round < rounds.up; round++) {
    for (const kind of ["secret", "plain"] as const) {
      up[kind].push(await withStack(programWith(kind), (stack) => secondsOf(stack, upArgs)));
    }
  }
  await withStack(programWith("secret"), (one) =>
    withStack(programWith("plain"), async (other) => {
      for (const stack of [one, other]) await mustPulumi(stack, upArgs);
      for (let round = 0; round < rounds.preview; round++) {
        preview.secret.push(await secondsOf(one, previewArgs));
        preview.plain.push(await secondsOf(other, previewArgs));
      }
    }),
  );
  const figures = (of: typeof up): object => ({
    seconds: round(median(of.secret)),
    plain: round(median(of.plain)),
    ratio: round(median(of.secret.map((seconds, pair) => seconds / (of.plain[pair] ?? NaN)))),
  });
  return { provider, rounds, up: figures(up), preview: figures(preview) };
}

function programWith(kind: "secret" | "plain"): string {
  const value = kind === "secret" ? `require("@pulumi/pulumi").secret("s3cret-value")` : `"s3cret-value"`;
  return initPodProgram(fillPage, true).replace("run: {", `run: { env: { TOKEN: ${value} },`);
}
