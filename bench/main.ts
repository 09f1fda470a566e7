// `npm run bench -- NAME`: runs one benchmark, which prints one JSON line last.
import { failFast } from "./failFast.ts";
import { faultWalk } from "./faults.ts";
import { follow } from "./follow.ts";
import { forward } from "./forward.ts";
import { path } from "./path.ts";
import { preview } from "./preview.ts";
import { python } from "./python.ts";
import { scale } from "./scale.ts";
import { secret } from "./secret.ts";
import { setup } from "./setup.ts";
import { soak } from "./soak.ts";
import { up } from "./up.ts";

const benches: Record<string, { summary: string; run: (args: string[]) => Promise<object> }> = {
  setup: { summary: "seconds of each part of the sandbox's set-up; --fresh removes the sandbox first", run: setup },
  "fail-fast": {
    summary: "from the failed exit to the end of `up`, beside a passing one and plain @pulumi/kubernetes",
    run: failFast,
  },
  up: { summary: "a whole `up`, beside the same Pod in plain @pulumi/kubernetes", run: up },
  preview: { summary: "a preview without changes, beside plain @pulumi/kubernetes", run: preview },
  python: { summary: "a preview without changes in Python, beside plain pulumi_kubernetes", run: python },
  secret: { summary: "what a Pulumi secret in a variable costs an `up` and a preview", run: secret },
  faults: {
    summary: "a random walk over faults of the API server; --minutes N, and --seed N for the same walk again",
    run: faultWalk,
  },
  path: { summary: "the tutorial by hand with kubectl, beside ours without the engine's own time", run: path },
  forward: { summary: "load on our URL, beside `kubectl port-forward` and the Pod itself", run: forward },
  scale: {
    summary:
      "100 InitPods in one stack, beside 100 plain Pods; --pods N and --rounds N for less; --no-state: state at the end alone",
    run: scale,
  },
  follow: { summary: "requests that fail, and the longest gap, while `up` replaces the Pod", run: follow },
  soak: {
    summary: "30 minutes of requests, the Pod replaced each minute: failures, and the daemon's memory; --minutes N",
    run: soak,
  },
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
