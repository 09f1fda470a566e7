import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stopPodSandbox } from "./support/cri.ts";
import { eventually } from "./support/machine.ts";
import { images } from "./support/programs.ts";
import { onlySandbox, sandboxPart } from "./support/sandboxPart.ts";
import { diagnostics, kubectl, objects, TestStack } from "./support/stack.ts";

interface Log {
  container: string;
  exitCode?: number;
  log: string[];
}
interface Pod {
  metadata: { name: string; uid: string };
  status: {
    conditions?: { type: string; status: string }[];
    initContainerStatuses?: { name: string; restartCount: number }[];
  };
}

const levels = ["restricted", "restricted-no-ids", "baseline", "image"];

/** For each level an InitPod that copies a folder by the image's own cp, and a file and the folder out of a mounted image. */
const copies = `
const { InitPod } = require("init-pod");
const html = "/usr/share/nginx/html";
for (const security of ${JSON.stringify(levels)}) {
  const web = new InitPod(security, {
    security,
    init: [
      { copyFromImage: { image: "${images.unprivileged}", from: html, to: "/data/cp" } },
      { image: "${images.busybox}", copyFromImage: { image: "${images.unprivileged}", from: html, to: "/data/volume", by: "volume" } },
      { image: "${images.busybox}", copyFromImage: { image: "${images.unprivileged}", from: "/usr/bin/cp", to: "/data/tool", by: "volume" } },
    ],
    container: { image: "${images.busybox}", command: ["sh", "-ec",
      "cmp /data/cp/index.html /data/volume/index.html; test -x /data/tool; ls -A /data; exec sleep 3600"] },
    podSpec: { terminationGracePeriodSeconds: 1, securityContext: security === "restricted-no-ids" ? { runAsUser: 1000 } : {} },
  });
  exports[security] = web.initLogs;
}
`;

describe("steps that copy out of an image", () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await TestStack.create(copies);
  });
  afterAll(() => stack.remove());

  test("copy in both ways, under each level of security", async () => {
    await stack.up();
    const outputs = (await stack.outputs()) as Record<string, Log[]>;
    for (const level of levels) {
      const [cp, volume, tool] = outputs[level] ?? [];
      expect(cp, level).toMatchObject({ container: "copy-from-image", exitCode: 0 });
      expect(cp?.log, level).toEqual([
        expect.stringMatching(/^copied \/usr\/share\/nginx\/html to \/data\/cp: \d+ files, \d+ KiB$/),
      ]);
      expect(volume?.log, level).toEqual([
        expect.stringMatching(/^copied \/usr\/share\/nginx\/html to \/data\/volume: \d+ files, \d+ KiB$/),
      ]);
      expect(tool?.log, level).toEqual([expect.stringMatching(/^copied \/usr\/bin\/cp to \/data\/tool: \d+ bytes$/)]);
    }
    const pods = await objects<Pod>("pods", stack.namespace);
    for (const { metadata } of pods) {
      expect((await kubectl(["logs", "-n", stack.namespace, metadata.name, "-c", "app"])).split("\n").sort()).toEqual([
        "",
        "cp",
        "tool",
        "volume",
      ]);
    }
    await stack.pulumi(["preview", "--expect-no-changes"]);
  });

  test("run again on their own copies once the Pod's sandbox has died", async (context) => {
    if ((await sandboxPart("containerd")) === undefined) return context.skip(onlySandbox);
    const before = await objects<Pod>("pods", stack.namespace);
    for (const { metadata } of before) await stopPodSandbox(metadata.uid);
    const allAgain = async (): Promise<boolean> =>
      (await objects<Pod>("pods", stack.namespace)).every(
        ({ status }) =>
          status.initContainerStatuses?.every(({ restartCount }) => restartCount > 0) === true &&
          status.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") === true,
      );
    expect(await eventually(allAgain, 60)).toBe(true);
    const after = await objects<Pod>("pods", stack.namespace);
    expect(after.map(({ metadata }) => metadata.uid).sort()).toEqual(before.map(({ metadata }) => metadata.uid).sort());
    for (const { metadata, status } of after) {
      for (const { name, restartCount } of status.initContainerStatuses ?? []) {
        expect(restartCount, `${metadata.name} ${name}`).toBe(1);
        const log = await kubectl(["logs", "-n", stack.namespace, metadata.name, "-c", name]);
        expect(log, `${metadata.name} ${name}`).toMatch(/^copied .*\n$/);
      }
    }
  });
});

const failing = `
const { InitPod } = require("init-pod");
const app = { image: "${images.busybox}", command: ["sleep", "3600"] };
const step = (name, image, by) => new InitPod(name, {
  init: [{ retries: 0, ...(by === "volume" ? { image: "${images.busybox}" } : {}), copyFromImage: { image, from: "/no/such/folder", to: "/data/copy", by } }],
  container: app,
});
for (const by of ["cp", "volume"]) {
  step("lacks-" + by, "${images.busybox}", by);
  step("unpullable-" + by, "sandbox.local/no-such-site:1", by);
}
`;

describe("an image", () => {
  let stack: TestStack;
  let errors: Record<string, string>;
  beforeAll(async () => {
    stack = await TestStack.create(failing);
    const { code, output } = await stack.tryUp();
    expect(code).not.toBe(0);
    const all = diagnostics(output).split(/(?=error: )/);
    errors = Object.fromEntries(
      ["lacks-cp", "lacks-volume", "unpullable-cp", "unpullable-volume"].map((name) => [
        name,
        all.filter((text) => text.startsWith("error: ") && text.includes(`/${name}-`)).join("\n"),
      ]),
    );
  });
  afterAll(() => stack.remove());

  test.each(["cp", "volume"])("that lacks the path fails in `up`, with that in its log: %s", (by) => {
    const error = errors[`lacks-${by}`] ?? "";
    expect(error).toMatch(/"copy-from-image"\s+of\s+Pod\s+\S+\s+failed\s+after\s+1\s+attempt:\s+exit\s+code\s+1\b/);
    expect(error).toContain("| the image has no /no/such/folder, or this user may not look into");
  });

  test("that can't be pulled is named, be it to run or to be mounted", () => {
    expect(errors["unpullable-cp"]).toMatch(/no-such-site/);
    expect(errors["unpullable-cp"]).toMatch(/ErrImagePull|ImagePullBackOff/);
    expect(errors["unpullable-volume"]).toMatch(/no-such-site/);
    expect(errors["unpullable-volume"]).toMatch(
      /the image of its\s+volume\s+"copy-from-image-source"\s+can't\s+be\s+pulled/,
    );
  });
});
