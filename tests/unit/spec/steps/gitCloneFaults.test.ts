import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { GitClone } from "../../../../components/spec/steps/gitClone.ts";
import { allCommandLines, canClone, GitBench, token } from "../gitBench.ts";
import { start } from "../kubelet.ts";

const bench = new GitBench();

describe.skipIf(!canClone)("a clone", () => {
  test.each([
    ["none", {}, {}, "could not read Username"],
    ["a wrong one", { token }, { "git/token": "wrong" }, "Authentication failed"],
    ["an empty one", { token }, { "git/token": "\n" }, "the token is empty"],
    ["one of two lines", { token }, { "git/token": "a\nb" }, "the token contains a line break"],
  ])("fails at once with 77 where the server wants another token: %s", async (_, value, secrets, words) => {
    bench.site.commit({ file: "x" });
    bench.answer = bench.serveWithToken;
    const { code, log } = await bench.clone({ attempts: 9, ...value }, secrets);
    expect(code).toBe(77);
    expect(log).toContain(words);
    bench.expectOnly();
  });

  test.each([
    ["a repository", { repo: "/none" }, "repository 'ADDRESS/none/' not found"],
    ["a branch or tag", { ref: "none" }, "couldn't find remote ref none"],
    ["a commit", { commit: "a".repeat(40) }, `has a commit ${"a".repeat(40)}`],
  ])("fails at once with 66 where there is no such thing: %s", async (_, value, words) => {
    bench.site.commit({ file: "x" });
    const { repo = "/site" } = value as Partial<GitClone>;
    const { code, log } = await bench.clone({ attempts: 9, ...value, repo: `${bench.address}${repo as string}` });
    expect(code, log).toBe(66);
    expect(log).toContain(words.replace("ADDRESS", bench.address));
    bench.expectOnly();
  });

  test("tries again what can pass, after 1 and 2 seconds", async () => {
    bench.site.commit({ file: "x" });
    const times: number[] = [];
    const serve = bench.answer;
    bench.answer = (request, response) => {
      times.push(performance.now());
      if (times.length < 3) response.writeHead(503).end();
      else serve(request, response);
    };
    const { code, log } = await bench.clone({ attempts: 3 });
    expect(code, log).toBe(0);
    expect(log.match(/^trying again in .*$/gm)).toEqual(["trying again in 1 s", "trying again in 2 s"]);
    expect((times[2] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(2_900);
  });

  test("fails with 69 where the server fails or can't be reached, after as many tries as it may make", async () => {
    bench.answer = (_request, response) => response.writeHead(502).end();
    const failed = await bench.clone({ attempts: 2 });
    expect([failed.code, bench.requests.length]).toEqual([69, 2]);
    bench.stopServer();
    const { code, log } = await bench.clone();
    expect(code).toBe(69);
    expect(log).toContain("unable to access");
    bench.expectOnly();
  });

  test("fails with 124 when its time is over, in whatever it does", async () => {
    bench.answer = () => undefined;
    const before = performance.now();
    const { code, log } = await bench.clone({ attempts: 9, timeoutSeconds: 1 });
    expect(code).toBe(124);
    expect(log).toMatch(/gave up fetching HEAD of \S+ after 1 s\n$/);
    expect(performance.now() - before).toBeLessThan(4_000);
    bench.expectOnly();
  });

  test("ends at once when the Pod is deleted, with all that it has started", async () => {
    const asked = new Promise<void>((resolve) => (bench.answer = () => resolve()));
    const { process: child, ended } = start(bench.container({ timeoutSeconds: 60 }));
    await asked;
    const before = performance.now();
    child.kill("SIGTERM");
    expect((await ended).code).toBe(143);
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(allCommandLines()).not.toContain(bench.address);
    bench.expectOnly();
  });

  test("that is killed half way leaves nothing at its place, and the next run all of it", async () => {
    bench.site.commit(Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`f/${at}`, `${at}`.repeat(50)])));
    const serve = bench.answer;
    const gitStarted = new Promise<void>((resolve) => {
      bench.answer = (request, response) => {
        if (request.method !== "POST") {
          serve(request, response);
          return;
        }
        resolve();
      };
    });
    const { process: child } = start(bench.container({ timeoutSeconds: 5 }));
    await gitStarted;
    child.kill("SIGKILL");
    await sleep(100);
    expect(existsSync(bench.to)).toBe(false);
    expect(readdirSync(join(bench.folder, "srv"))).toEqual([".site.init-pod"]);
    bench.answer = serve;
    const { code, log } = await bench.clone();
    expect(code, log).toBe(0);
    expect(readdirSync(join(bench.to, "f"))).toHaveLength(300);
    expect(readdirSync(join(bench.folder, "srv"))).toEqual(["site"]);
    bench.server.closeAllConnections();
  });

  test("that is killed at any time leaves all of the old folder, all of the new one, or none", async () => {
    const names = Array.from({ length: 40 }, (_, at) => `f${at}`);
    bench.site.commit(Object.fromEntries(names.map((name) => [name, "old"])));
    expect((await bench.clone()).code).toBe(0);
    bench.site.commit(Object.fromEntries(names.map((name) => [name, "new"])));
    for (let after = 20; after < 240; after += 20) {
      const { process: child, ended } = start(bench.container({ timeoutSeconds: 3 }));
      await sleep(after);
      child.kill("SIGKILL");
      await ended;
      const found = existsSync(bench.to) ? [...new Set(names.map((name) => bench.read(name)))] : [];
      expect(found.length, found.join()).toBeLessThan(2);
    }
    expect((await bench.clone()).code).toBe(0);
    expect([...new Set(names.map((name) => bench.read(name)))]).toEqual(["new"]);
  });

  test("that runs again replaces what it took before, also where the branch was rewritten", async () => {
    bench.site.commit({ old: "x", kept: "1" });
    await bench.clone({ keepGit: true });
    writeFileSync(join(bench.to, "own"), "x");
    bench.site.git("rm", "-q", "old");
    bench.site.commit({ kept: "2" });
    bench.site.git("reset", "-q", "--soft", bench.site.git("commit-tree", "HEAD^{tree}", "-m", "rewritten"));
    const sha = bench.site.git("rev-parse", "HEAD");
    const { code, log } = await bench.clone({ ref: "main" });
    expect(code, log).toBe(0);
    expect(log).toContain(`took commit ${sha} of main`);
    expect(readdirSync(bench.to)).toEqual(["kept"]);
    expect(bench.read("kept")).toBe("2");
    bench.expectOnly("site");
  });
});
