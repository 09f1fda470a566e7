import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programStack } from "../tests/integration/support/languages/programStack.ts";
import { python as pythonToolchain } from "../tests/integration/support/languages/toolchains.ts";
import { PackedPlugin } from "../tests/integration/support/plugin.ts";
import { images } from "../tests/integration/support/programs.ts";
import type { TestStack } from "../tests/integration/support/stack.ts";
import { fillPage, page } from "./programs.ts";
import { useSandbox } from "./stacks.ts";
import { previewsInTurns } from "./turns.ts";

const rounds = 21;

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
      return stack;
    };
    const ours = await stackOf(initPodProgram);
    const plain = await stackOf(plainProgram);
    return { provider, ...(await previewsInTurns(ours, plain, rounds)) };
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
