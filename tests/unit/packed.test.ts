import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, expect, test } from "vitest";
import { repo } from "./claims/sentences";

const folder = mkdtempSync(join(tmpdir(), "init-pod-packed-"));
const unpacked = join(folder, "package");
let tarball: Buffer;
const read = (file: string): string => readFileSync(join(unpacked, file), "utf8");

beforeAll(() => {
  const options = { cwd: repo, stdio: "pipe", encoding: "utf8" } as const;
  execFileSync("npm", ["pack", "--silent", "-w", "components", "--pack-destination", folder], options);
  const name = readdirSync(folder).find((file) => file.endsWith(".tgz")) ?? "";
  tarball = readFileSync(join(folder, name));
  execFileSync("tar", ["-xzf", name], { cwd: folder });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("publint has nothing to say of the package", async () => {
  const { messages, pkg } = await publint({ pack: { tarball: toArrayBuffer(tarball) }, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

test("its types resolve in each of TypeScript's modes", async () => {
  const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)));
  if (analysis.types === false) throw new Error("the package has no types");
  expect(Object.keys(analysis.entrypoints["."]?.resolutions ?? {})).toHaveLength(4);
  expect(analysis.problems).toEqual([]);
}, 60_000);

test.each(["README.md", "CHANGELOG.md"])(
  "each link of its %s is an address, or a heading of the page, that exists",
  (page) => {
    const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
    const headings = [...read(page).matchAll(/^#+ (.*)$/gm)].map(
      ([, title = ""]) =>
        `#${title
          .toLowerCase()
          .replace(/[^\w\- ]/g, "")
          .replaceAll(" ", "-")}`,
    );
    const broken = links.filter((link) => {
      if (link.startsWith("#")) return !headings.includes(link);
      const [, path] = /^https:\/\/github\.com\/init-pod\/init-pod\/(?:blob|raw)\/HEAD\/([^#]+)/.exec(link) ?? [];
      return path === undefined ? !/^https:\/\/(?!github\.com\/init-pod)/.test(link) : !existsSync(join(repo, path));
    });
    expect(broken).toEqual([]);
    if (page === "README.md") expect(links.filter((link) => link.includes("/raw/HEAD/")).length).toBeGreaterThan(2);
  },
);

test("says where it comes from, in a version that the changelog begins with", () => {
  const { version, repository, homepage, bugs } = JSON.parse(read("package.json")) as Record<string, unknown>;
  const url = "https://github.com/init-pod/init-pod";
  expect({ repository, homepage, bugs }).toEqual({
    repository: { type: "git", url: `git+${url}.git`, directory: "components" },
    homepage: `${url}#readme`,
    bugs: { url: `${url}/issues` },
  });
  const [, newest] = /^## \[([^\]]+)\]/m.exec(read("CHANGELOG.md")) ?? [];
  expect([version, "Unreleased"]).toContain(newest);
});

test("with --enable-source-maps a stack trace shows lines of the sources, of the component and of the command", () => {
  const script = join(folder, "trace.js");
  writeFileSync(
    script,
    `const { InitPod } = require(${JSON.stringify(join(repo, "components/dist/index.js"))});
const { parseCommand } = require(${JSON.stringify(join(repo, "components/dist/cli/verbs/arguments.js"))});
for (const fail of [() => new InitPod(), () => parseCommand([])]) try { fail() } catch (error) { console.log(error.stack) }`,
  );
  const out = execFileSync(process.execPath, ["--enable-source-maps", script], { encoding: "utf8" });
  const [, line] = /at new InitPod \(.*components\/initPod\.ts:(\d+):/.exec(out) ?? [];
  const source = readFileSync(join(repo, "components/initPod.ts"), "utf8").split("\n");
  expect(source[Number(line) - 1]).toContain("super(");
  expect(out).toMatch(/at parseCommand \(.*components\/cli\/verbs\/arguments\.ts:\d+:/);
  const map = JSON.parse(read("dist/index.js.map")) as { sources: string[]; sourcesContent: string[] };
  expect(map.sourcesContent[map.sources.indexOf("../initPod.ts")]).toBe(source.join("\n"));
});

test("Pulumi's SDK is not held up by the source map of the component", () => {
  const ofSdk = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi"));
  const { retrieveSourceMap } = ofSdk("source-map-support") as { retrieveSourceMap: (file: string) => object | null };
  expect(retrieveSourceMap(join(repo, "components/dist/index.js"))).toBeNull();
  expect(retrieveSourceMap(join(repo, "components/dist/cli/main.js"))).not.toBeNull();
});

function toArrayBuffer(buffer: Buffer): ArrayBuffer {
  return new Uint8Array(buffer).buffer;
}
