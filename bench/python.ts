import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programStack } from "../tests/integration/support/languages/programStack.ts";
import { python as pythonToolchain } from "../tests/integration/support/languages/toolchains.ts";
import { PackedPlugin } from "../tests/integration/support/plugin.ts";
import { images } from "../tests/integration/support/programs.ts";
import type { TestStack } from "../tests/integration/support/stack.ts";
import { median, round } from "./measure.ts";
import { fillPage, page } from "./programs.ts";
import { mustPulumi, secondsOf, upArgs, useSandbox } from "./stacks.ts";

const rounds = 21;
const previewArgs = ["preview", "--expect-no-changes"];

/** A preview without changes of an InitPod in Python, beside the same in plain `pulumi_kubernetes`, turn by turn. */
export async function python(): Promise<object> {
  const provider = await useSandbox();
  const folder = mkdtempSync(join(tmpdir(), "init-pod-python-"));
  const plugin = await PackedPlugin.pack();
  const stacks: TestStack[] = [];
  try {
    await plugin.install();
    const toolchain = await pythonToolchain(folder);
    const stackOf = async (program: string): Promise<TestStack> => {
      const stack = await programStack(plugin, toolchain);
      stacks.push(stack);
      writeFileSync(join(stack.project, "__main__.py"), program);
      await mustPulumi(stack, upArgs);
      return stack;
    };
    const our = await stackOf(initPodProgram);
    const theirs = await stackOf(plainProgram);
    const ours: number[] = [];
    const plain: number[] = [];
    // The first of a pair leaves the machine another than it found it.
    const turns = [
      async () => ours.push(await secondsOf(our, previewArgs)),
      async () => plain.push(await secondsOf(theirs, previewArgs)),
    ];
    for (let round = 0; round < rounds; round++) {
      for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
    }
    return {
      provider,
      rounds,
      seconds: round(median(ours)),
      plain: round(median(plain)),
      // Of pairs, as the machine is slower in some minutes than in others.
      ratio: round(median(ours.map((seconds, pair) => seconds / (plain[pair] ?? NaN)))),
    };
  } finally {
    for (const stack of stacks) await stack.remove();
    plugin.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

const initPodProgram = `
import pulumi
from pulumi_init_pod import InitPod

web = InitPod("web",
    init=[{"name": "init", "image": "${images.busybox}", "run": {"script": "${fillPage}"}}],
    container={"image": "${images.unprivileged}", "port": 8080},
    volumes={"page": {"mount_path": "${page}"}},
    service={},
    pod_spec={"terminationGracePeriodSeconds": 1})
pulumi.export("url", web.url)
`;

const plainProgram = `
import pulumi
import pulumi_kubernetes as k8s

labels = {"app": "web"}
mount = {"name": "page", "mount_path": "${page}"}
pod = k8s.core.v1.Pod("web", metadata={"labels": labels}, spec={
    "init_containers": [{
        "name": "init", "image": "${images.busybox}", "command": ["sh", "-c", "${fillPage}"], "volume_mounts": [mount],
    }],
    "containers": [{
        "name": "app", "image": "${images.unprivileged}", "ports": [{"container_port": 8080}],
        "readiness_probe": {"tcp_socket": {"port": 8080}, "period_seconds": 1},
        "volume_mounts": [mount, {"name": "tmp", "mount_path": "/tmp"}],
    }],
    "volumes": [{"name": "page", "empty_dir": {}}, {"name": "tmp", "empty_dir": {}}],
    "termination_grace_period_seconds": 1,
})
k8s.core.v1.Service("web", spec={"selector": labels, "ports": [{"port": 8080}]})
pulumi.export("name", pod.metadata.name)
`;
