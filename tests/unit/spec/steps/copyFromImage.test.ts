import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { leavesOf } from "../../../../components/spec/manifest/leaves.ts";
import { type CopyFromImage, copyFromImage } from "../../../../components/spec/steps/copyFromImage.ts";
import type { Container } from "../../../../components/spec/steps/plan.ts";
import { run, start } from "../kubelet.ts";
import { spec, steps } from "../podSpec.ts";
import { fixes, inStep } from "../problems.ts";

const isRoot = process.getuid?.() === 0;
const canDrop = isRoot && spawnSync("which", ["setpriv"]).status === 0;

let folder: string;
let image: string;
let target: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "init-pod-copy-"));
  chmodSync(folder, 0o777);
  image = join(folder, "image");
  target = join(folder, "shared", "site");
  mkdirSync(join(image, "app/assets/.hidden"), { recursive: true });
  writeFileSync(join(image, "app/index.html"), "hello");
  writeFileSync(join(image, "app/assets/.hidden/$(a) b"), "odd");
  symlinkSync("index.html", join(image, "app/latest"));
  symlinkSync("/not/there", join(image, "app/dangling"));
});

afterEach(() => {
  spawnSync("chmod", ["-R", "u+rwX", folder]);
  rmSync(folder, { recursive: true });
});

/** The container of a step that copies, from this machine's files in the place of an image's. */
function container(value: Partial<CopyFromImage> = {}): Container {
  const leaves = leavesOf({ container: { image: "app" } }, (text) => new Error(text));
  const given = { image: "site:1", from: join(image, "app"), to: target, ...value };
  const made = copyFromImage(given).container("init[0].copyFromImage", leaves);
  const env = (made.env as { name: string; value: string }[]).map((one) =>
    one.name === "INIT_POD_IMAGE_ROOT" ? { ...one, value: image } : one,
  );
  return { ...made, env };
}

const beside = (): string[] => readdirSync(join(folder, "shared"));

describe("a copy", () => {
  test("of a folder has its files, links and permissions, leaves nothing beside it, and tells how much it is", async () => {
    chmodSync(join(image, "app/index.html"), 0o757);
    chmodSync(join(image, "app/assets"), 0o575);
    chmodSync(join(image, "app"), 0o705);
    const { code, log } = await run(container());
    expect(code, log).toBe(0);
    expect(readFileSync(join(target, "index.html"), "utf8")).toBe("hello");
    expect(readFileSync(join(target, "assets/.hidden/$(a) b"), "utf8")).toBe("odd");
    expect(readlinkSync(join(target, "latest"))).toBe("index.html");
    expect(readlinkSync(join(target, "dangling"))).toBe("/not/there");
    for (const path of ["", "index.html", "assets"]) {
      expect(statSync(join(target, path)).mode, path).toBe(statSync(join(image, "app", path)).mode);
    }
    expect(beside()).toEqual(["site"]);
    expect(log).toMatch(new RegExp(`^copied ${join(image, "app")} to ${target}: 4 files, \\d+ KiB\n$`));
  });

  test("of a file has its permissions, and tells its size", async () => {
    chmodSync(join(image, "app/index.html"), 0o604);
    const { code, log } = await run(container({ from: join(image, "app/index.html") }));
    expect(code, log).toBe(0);
    expect(readFileSync(target, "utf8")).toBe("hello");
    expect(statSync(target).mode & 0o777).toBe(0o604);
    expect(beside()).toEqual(["site"]);
    expect(log).toBe(`copied ${join(image, "app/index.html")} to ${target}: 5 bytes\n`);
  });

  test("of a link is what it leads to", async () => {
    expect((await run(container({ from: join(image, "app/latest") }))).code).toBe(0);
    expect(lstatSync(target).isFile()).toBe(true);
    symlinkSync("app", join(image, "current"));
    expect((await run(container({ from: join(image, "current") }))).code).toBe(0);
    expect(readFileSync(join(target, "index.html"), "utf8")).toBe("hello");
  });

  test("of a mounted image follows links within that image", async () => {
    mkdirSync(join(image, "etc/alternatives"), { recursive: true });
    symlinkSync("/etc/alternatives/site", join(image, "site"));
    symlinkSync("../../../../app/assets/..", join(image, "etc/alternatives/site"));
    const { code, log } = await run(container({ by: "volume", from: "/site/index.html" }));
    expect(code, log).toBe(0);
    expect(readFileSync(target, "utf8")).toBe("hello");
    expect(log).toBe(`copied /site/index.html to ${target}: 5 bytes\n`);
  });

  test("of a mounted image ends where links lead in a circle", async () => {
    symlinkSync("/b", join(image, "a"));
    symlinkSync("/a", join(image, "b"));
    const { code, log } = await run(container({ by: "volume", from: "/a/file" }));
    expect([code, log]).toEqual([1, "/a/file leads through too many links\n"]);
  });

  test.each(["cp", "volume"] as const)("by %s fails where the image lacks the path, and says so", async (by) => {
    const from = by === "cp" ? join(image, "nowhere") : "/nowhere";
    const { code, log } = await run(container({ by, from }));
    expect(code).toBe(1);
    expect(log).toBe(`the image has no ${from}, or this user may not look into the folder that it lies in\n`);
    expect(existsSync(join(folder, "shared"))).toBe(false);
  });

  test("replaces what is there: its own, a file, a folder, a link to one, and what an earlier attempt left", async () => {
    mkdirSync(join(folder, "elsewhere"));
    const instead = (make: () => void) => (): void => {
      rmSync(target, { recursive: true });
      make();
    };
    const before: (() => void)[] = [
      () => undefined,
      () => {
        writeFileSync(join(target, "stale"), "");
      },
      instead(() => {
        writeFileSync(target, "a file");
      }),
      instead(() => {
        symlinkSync(join(folder, "elsewhere"), target);
      }),
      instead(() => {
        mkdirSync(`${target}.init-pod-part/half`, { recursive: true });
      }),
      () => {
        mkdirSync(`${target}.init-pod-old/whole`, { recursive: true });
      },
    ];
    for (const make of before) {
      make();
      const { code, log } = await run(container());
      expect(code, log).toBe(0);
      expect(readdirSync(target).sort()).toEqual(["assets", "dangling", "index.html", "latest"]);
      expect(beside()).toEqual(["site"]);
    }
    expect(readdirSync(join(folder, "elsewhere"))).toEqual([]);
    expect((await run(container({ from: join(image, "app/index.html") }))).code).toBe(0);
    expect(readFileSync(target, "utf8")).toBe("hello");
  });

  test.skipIf(!isRoot)("keeps the owners where it runs as root", async () => {
    spawnSync("chown", ["1234:1235", join(image, "app/index.html")]);
    await run(container());
    expect(statSync(join(target, "index.html"))).toMatchObject({ uid: 1234, gid: 1235 });
  });

  test.skipIf(!canDrop)(
    "works without root, says nothing of owners, and replaces a folder that may not be written to",
    async () => {
      chmodSync(join(image, "app/assets/.hidden"), 0o555);
      chmodSync(join(image, "app"), 0o555);
      const made = container();
      const command = ["setpriv", "--reuid=65532", "--regid=65532", "--clear-groups"];
      const unprivileged = { ...made, command: [...command, ...(made.command as string[])] };
      for (const attempt of [1, 2]) {
        const { code, log } = await run(unprivileged);
        expect(code, `${attempt}: ${log}`).toBe(0);
        expect(log.trim().split("\n")).toHaveLength(1);
        expect(statSync(target)).toMatchObject({ uid: 65_532 });
        expect(statSync(target).mode & 0o777).toBe(0o555);
        expect(beside()).toEqual(["site"]);
      }
    },
  );

  test.skipIf(!canDrop)("fails and leaves nothing where a file of it may not be read", async () => {
    chmodSync(join(image, "app/assets/.hidden/$(a) b"), 0o600);
    const made = container();
    const command = ["setpriv", "--reuid=65532", "--regid=65532", "--clear-groups", ...(made.command as string[])];
    const { code, log } = await run({ ...made, command });
    expect(code).toBe(1);
    expect(log).toMatch(/Permission denied\n/);
    expect(log.trimEnd().split("\n").at(-1)).toBe(`${join(image, "app")} could not be copied: cp ended with 1`);
    expect(beside()).toEqual([]);
  });

  test("goes at once when it is told to, and leaves nothing", async () => {
    // cp waits for whoever writes to it, which nobody does.
    spawnSync("mkfifo", [join(image, "endless")]);
    const { process: child, ended } = start(container({ from: join(image, "endless") }));
    await sleep(500);
    const before = performance.now();
    child.kill("SIGTERM");
    expect((await ended).code).toBe(143);
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(beside()).toEqual([]);
  });
});

describe("the arguments of a copy", () => {
  const good = { image: "site:1", from: "/app", to: "/data/site" };

  test.each([
    ["image", undefined],
    ["image", "Site"],
    ["from", undefined],
    ["from", "app"],
    ["from", "/"],
    ["from", "/app/../etc"],
    ["from", "/app/"],
    ["to", undefined],
    ["to", "/site"],
    ["to", "/etc/site"],
    ["by", "rsync"],
  ])("%s %j is refused", (field, value) => {
    expect(inStep({ copyFromImage: { ...good, [field]: value } })).toEqual([`init[0].copyFromImage.${field}`]);
  });

  test("are fine for either way", () => {
    for (const by of [undefined, "cp", "volume"]) expect(inStep({ copyFromImage: { ...good, by } })).toEqual([]);
    expect(inStep({ image: "tools:1", copyFromImage: { ...good, by: "volume" } })).toEqual([]);
  });

  test("name no second image where the first one runs", () => {
    expect(inStep({ image: "tools:1", copyFromImage: good })).toEqual(["init[0].image"]);
  });

  test.each([
    ["the folder of its own copy", { init: [{ copyFromImage: { ...good, to: "/app/site" } }] }],
    ["a part of it", { init: [{ copyFromImage: { ...good, to: "/app/data/site" } }] }],
    [
      "what another step writes",
      { init: [{ copyFromImage: good }, { run: { script: "true", writes: ["/app/x/y"] } }] },
    ],
    ["a volume", { init: [{ copyFromImage: good }], volumes: { own: { mountPath: "/app" } } }],
    ["the scratch space", { init: [{ copyFromImage: { ...good, from: "/tmp/site" } }] }],
  ] as const)("name nothing of the image that is hidden by %s", (_, args) => {
    expect(fixes(args as never)["init[0].copyFromImage.from"]).toMatch(/the volume at \/\S+ is mounted over it/);
    const [step, ...more] = args.init;
    const mounted = [{ copyFromImage: { ...step.copyFromImage, by: "volume" } }, ...more];
    expect(fixes({ ...args, init: mounted } as never)).toEqual({});
  });

  test("are hidden by no volume of the app alone, nor by a scratch space that is not there", () => {
    const app = { own: { mountPath: "/app", mountIn: "app" } } as const;
    expect(fixes({ init: [{ copyFromImage: good }], volumes: app })).toEqual({});
    expect(fixes({ init: [{ copyFromImage: { ...good, from: "/tmp/site" } }], security: "image" })).toEqual({});
  });

  test("may not make it a sidecar", () => {
    expect(inStep({ copyFromImage: good, sidecar: true })).toEqual(["init[0].sidecar"]);
  });

  test("have the defaults that their documentation names: the image itself runs", () => {
    const { initContainers, volumes } = spec({ init: [{ copyFromImage: good }], security: "image" });
    expect(initContainers).toMatchObject([
      {
        name: "copy-from-image",
        image: "site:1",
        env: [
          { name: "INIT_POD_FROM", value: "/app" },
          { name: "INIT_POD_TO", value: "/data/site" },
        ],
        volumeMounts: [{ name: "data", mountPath: "/data" }],
      },
    ]);
    expect(volumes?.map(({ name }) => name)).toEqual(["data"]);
  });

  test("mount the image in the step alone where that is wanted, beside an image that copies", () => {
    const { initContainers, containers, volumes } = spec({
      init: [{ copyFromImage: { ...good, by: "volume" } }, { run: { script: "true" } }],
      security: "image",
    });
    expect(volumes?.[1]).toEqual({
      name: "copy-from-image-source",
      image: { reference: "site:1", pullPolicy: "IfNotPresent" },
    });
    const mounting = [...(initContainers ?? []), ...containers].filter(({ volumeMounts = [] }) =>
      volumeMounts.some(({ name }) => name === "copy-from-image-source"),
    );
    expect(mounting).toMatchObject([{ name: "copy-from-image", image: "busybox:1.37.0" }]);
    expect(mounting[0]?.volumeMounts).toContainEqual({
      name: "copy-from-image-source",
      mountPath: "/init-pod-image",
      readOnly: true,
    });
  });

  test("stand in variables alone, as they are", () => {
    const [one] = steps({ init: [{ copyFromImage: { ...good, from: "/$(A)/it's" } }] });
    expect(JSON.stringify(one?.command)).not.toContain("it's");
    expect(one?.env).toContainEqual({ name: "INIT_POD_FROM", value: "/$$(A)/it's" });
  });
});
