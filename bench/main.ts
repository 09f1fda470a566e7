// `npm run bench -- NAME`: runs one benchmark, which prints one JSON line last.
import { setup } from "./setup.ts";

const benches: Record<string, { summary: string; run: (args: string[]) => Promise<object> }> = {
  setup: { summary: "seconds of each part of the sandbox's set-up; --fresh removes the sandbox first", run: setup },
};

const [name = "", ...args] = process.argv.slice(2);
const bench = benches[name];
if (bench === undefined) {
  const lines = Object.entries(benches).map(([known, { summary }]) => `  ${known}  ${summary}`);
  console.error(["usage: npm run bench -- NAME", "", ...lines].join("\n"));
  process.exitCode = 2;
} else {
  try {
    console.log(JSON.stringify({ bench: name, ...(await bench.run(args)) }));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
