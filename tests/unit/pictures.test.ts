import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { Camera, chromiumPath } from "../../pictures/browser.ts";
import { scenes } from "../../pictures/scenes.ts";

const root = join(import.meta.dirname, "../..");

test("each picture of the documentation is shown, and made by `npm run pictures`", () => {
  const pages = ["README.md", ...pagesOf("docs"), ...pagesOf("docs/steps")];
  const shown = pages.flatMap((page) => [...readFileSync(join(root, page), "utf8").matchAll(/!\[.+?\]\((\S+?)\)/g)]);
  const made = scenes.map(({ file }) => file).sort();
  expect([...new Set(shown.map(([, path = ""]) => path.replace(/^docs\//, "")))].sort()).toEqual(made);
  expect(readdirSync(join(root, "docs")).filter((name) => name.endsWith(".png"))).toEqual(made);
});

test("the browser is one on the PATH, or the one that is named, and it is said where there is none", () => {
  const folder = mkdtempSync(join(tmpdir(), "init-pod-browser-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "google-chrome"), "");
  expect(chromiumPath({ PATH: `/nowhere:${folder}` })).toBe(join(folder, "google-chrome"));
  expect(chromiumPath({ PATH: folder, INIT_POD_CHROMIUM: "/opt/chrome" })).toBe("/opt/chrome");
  expect(() => chromiumPath({ PATH: "/nowhere" })).toThrow(/need Chromium.*apt-get install.*INIT_POD_CHROMIUM/);
});

test("of a browser that does not start, it is said what it said", async () => {
  const folder = mkdtempSync(join(tmpdir(), "init-pod-browser-"));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
    vi.unstubAllEnvs();
  });
  const broken = join(folder, "chromium");
  writeFileSync(broken, "#!/bin/sh\necho no such library >&2\nexit 127\n", { mode: 0o755 });
  vi.stubEnv("INIT_POD_CHROMIUM", broken);
  await expect(Camera.start()).rejects.toThrow(/chromium does not start: [^]*no such library/);
});

function pagesOf(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));
}
