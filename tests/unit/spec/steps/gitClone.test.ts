import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { GitClone } from "../../../../components/spec/steps/gitClone.ts";
import { allCommandLines, basic, canClone, GitBench, token } from "../gitBench.ts";
import { listen } from "../gitServer.ts";
import { run } from "../kubelet.ts";

const bench = new GitBench();

describe.skipIf(!canClone)("a clone", () => {
  test("takes the files of the remote's HEAD, leaves nothing beside them, and says the commit in its last line", async () => {
    const sha = bench.site.commit({ "index.html": "hello", "a/b/c": "deep" });
    const { code, log } = await bench.clone();
    expect(code, log).toBe(0);
    expect(bench.read("index.html") + bench.read("a/b/c")).toBe("hellodeep");
    expect(readdirSync(bench.to)).toEqual(["a", "index.html"]);
    bench.expectOnly("site");
    expect(log).toBe(`fetching HEAD of ${bench.address}/site\ntook commit ${sha} of HEAD\n`);
  });

  test("takes a branch, a tag, a whole ref and a commit", async () => {
    const first = bench.site.commit({ file: "1" });
    bench.site.git("tag", "-a", "v1", "-m", "one");
    const second = bench.site.commit({ file: "2" });
    bench.site.git("branch", "stable");
    bench.site.git("update-ref", "refs/pull/1/head", first);
    const third = bench.site.commit({ file: "3" });
    bench.site.git("branch", "v1");
    for (const [wanted, sha, file] of [
      [{ ref: "main" }, third, "3"],
      [{ ref: "stable" }, second, "2"],
      [{ ref: "v1" }, first, "1"],
      [{ ref: "refs/pull/1/head" }, first, "1"],
      [{ commit: second }, second, "2"],
    ] as const) {
      const { code, log } = await bench.clone(wanted);
      expect(code, log).toBe(0);
      expect(bench.read("file")).toBe(file);
      expect(log.trim().split("\n").at(-1)).toBe(
        "ref" in wanted ? `took commit ${sha} of ${wanted.ref}` : `took commit ${sha}`,
      );
    }
  });

  test("takes a commit from a server that gives no single ones", async () => {
    const first = bench.site.commit({ file: "1" });
    bench.site.commit({ file: "2" });
    // In its first protocol a server gives what it names, and no more.
    const plain = bench.answer;
    bench.answer = (request, response) => {
      delete request.headers["git-protocol"];
      plain(request, response);
    };
    const { code, log } = await bench.clone({ commit: first });
    expect(code, log).toBe(0);
    expect(bench.read("file")).toBe("1");
    expect(log).toContain("the server gives no single commit: fetching all branches and tags\n");
  });

  test("takes from a repository of SHA-256, known by its commit or not", async () => {
    const modern = bench.repository("modern", "--object-format=sha256");
    const sha = modern.commit({ file: "256" });
    for (const wanted of [{}, { commit: sha }]) {
      const { code, log } = await bench.clone({ repo: `${bench.address}/modern`, ...wanted });
      expect(code, log).toBe(0);
      expect(sha).toHaveLength(64);
      expect(log).toContain(`took commit ${sha}`);
    }
  });

  test("takes one commit of history, as many as depth says, or with 0 all, and .git where it is asked for", async () => {
    for (const file of ["1", "2", "3"]) bench.site.commit({ file });
    const history = async (value: Partial<GitClone>): Promise<string> => {
      const { code, log } = await bench.clone({ keepGit: true, ...value });
      expect(code, log).toBe(0);
      return execFileSync("git", ["-C", bench.to, "rev-list", "--count", "HEAD"]).toString().trim();
    };
    expect([await history({}), await history({ depth: 2 }), await history({ depth: 0 })]).toEqual(["1", "2", "3"]);
    expect(execFileSync("git", ["-C", bench.to, "status", "--porcelain"]).toString()).toBe("");
    expect(readFileSync(join(bench.to, ".git/config"), "utf8")).toContain(`url = ${bench.address}/site`);
  });

  test("takes a folder alone, whatever its name is", async () => {
    bench.site.commit({ "docs/[a] *.x/index.html": "docs", "docs/a/no": "x", other: "x" });
    const { code, log } = await bench.clone({ folder: "docs/[a] *.x" });
    expect(code, log).toBe(0);
    expect(readdirSync(bench.to)).toEqual(["index.html"]);
    bench.expectOnly("site");
  });

  test.each(["no", "file", "link"])("fails with 66 where the folder is none: %s", async (name) => {
    bench.site.commit({ file: "x", "real/file": "x" });
    execFileSync("ln", ["-s", "real", join(bench.site.folder, "link")]);
    bench.site.commit({});
    const { code, log } = await bench.clone({ folder: name });
    expect(code).toBe(66);
    expect(log).toMatch(new RegExp(`commit [0-9a-f]{40} has no folder ${name}\n$`));
    bench.expectOnly();
  });

  test("takes submodules and theirs where it is asked to, with a relative address too", async () => {
    const inner = bench.repository("inner");
    inner.commit({ inner: "in" });
    const lib = bench.repository("lib");
    lib.commit({ lib: "old" });
    lib.addSubmodule("inner", inner, `${bench.address}/inner`);
    lib.commit({ lib: "lib" });
    bench.site.addSubmodule("parts/lib", lib, "../lib");
    bench.site.commit({ "parts/file": "x" });
    lib.commit({ lib: "newer" });

    expect((await bench.clone()).code).toBe(0);
    expect(readdirSync(join(bench.to, "parts/lib"))).toEqual([]);

    for (const [value, at] of [
      [{}, "parts/lib"],
      [{ folder: "parts" }, "lib"],
      [{ keepGit: true }, "parts/lib"],
    ] as const) {
      const { code, log } = await bench.clone({ submodules: true, ...value });
      expect(code, log).toBe(0);
      expect(bench.read(`${at}/lib`) + bench.read(`${at}/inner/inner`)).toBe("libin");
      const left = execFileSync("find", [bench.to, "-name", ".git"]).toString().trim();
      expect(left.split("\n").filter(Boolean)).toHaveLength("keepGit" in value ? 3 : 0);
    }
    expect(execFileSync("git", ["-C", bench.to, "status", "--porcelain"]).toString()).toBe("");
  });

  test("takes no submodule from a folder of the machine", async () => {
    const lib = bench.repository("lib");
    lib.commit({ lib: "x" });
    bench.site.addSubmodule("lib", lib, lib.folder);
    bench.site.commit({});
    const { code, log } = await bench.clone({ submodules: true });
    expect(code).toBe(128);
    expect(log).toContain("transport 'file' not allowed");
    bench.expectOnly();
  });

  test("gives the token of a Secret to the repository's host, and keeps it nowhere", async () => {
    bench.site.commit({ file: "x" });
    bench.answer = bench.serveWithToken;
    let commandLines = "";
    const serve = bench.answer;
    bench.answer = (request, response) => {
      commandLines += allCommandLines();
      serve(request, response);
    };
    const { code, log } = await bench.clone({ token, keepGit: true }, { "git/token": "hunter2\r\n" });
    expect(code, log).toBe(0);
    expect(commandLines).toContain("fetch");
    expect(log + commandLines).not.toContain("hunter2");
    const kept = spawnSync("grep", ["-r", "-l", "-e", "hunter2", "-e", basic.slice(6), bench.to, bench.scratch]);
    expect(kept.stdout.toString()).toBe("");
  });

  test("takes a user name for the token", async () => {
    bench.site.commit({ file: "x" });
    let sent: string | undefined;
    bench.answer = (request, response) => {
      sent = request.headers.authorization;
      response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
    };
    await bench.clone({ token, username: "deploy $(id)" }, { "git/token": "a'\"$b" });
    expect(sent).toBe(`Basic ${Buffer.from(`deploy $(id):a'"$b`).toString("base64")}`);
  });

  test("gives the token to no other host, whether a redirect or a submodule leads there", async () => {
    const seen: (string | undefined)[] = [];
    const other = await listen((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
    });
    onTestFinished(() => void other.server.close());
    const lib = bench.repository("lib");
    lib.commit({ lib: "x" });
    bench.site.addSubmodule("lib", lib, `${other.address}/lib`);
    bench.site.commit({});
    bench.answer = bench.serveWithToken;
    const viaSubmodule = await bench.clone({ token, submodules: true }, { "git/token": "hunter2" });
    expect(viaSubmodule.code, viaSubmodule.log).toBe(77);
    expect(viaSubmodule.log).toContain(`could not read Username for '${other.address}'`);
    bench.expectOnly();

    for (const early of [true, false]) {
      bench.answer = (request, response) => {
        if (early || request.headers.authorization === basic) {
          response.writeHead(302, { location: `${other.address}${request.url}` }).end();
        } else bench.serveWithToken(request, response);
      };
      const { code, log } = await bench.clone({ token }, { "git/token": "hunter2" });
      expect(code, log).toBe(77);
    }
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.filter((one) => one !== undefined)).toEqual([]);
  });

  test("reads no settings of git that the image or its environment has", async () => {
    const sha = bench.site.commit({ file: "x", ".gitattributes": "*.bin filter=lfs\n", "a.bin": "pointer" });
    const settings = join(bench.folder, "settings");
    writeFileSync(
      settings,
      '[url "http://127.0.0.1:9/"]\n  insteadOf = http://\n[core]\n  hooksPath = /nowhere\n[filter "lfs"]\n  smudge = echo large\n',
    );
    const more = {
      GIT_CONFIG_GLOBAL: settings,
      GIT_CONFIG_SYSTEM: settings,
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "url.http://127.0.0.1:9/.insteadOf",
      GIT_CONFIG_VALUE_0: "http://",
      GIT_DIR: "/nowhere",
    };
    const { code, log } = await run(bench.container({}, more));
    expect(code, log).toBe(0);
    expect(log).toContain(sha);
    expect(bench.read("a.bin")).toBe("pointer");
  });

  test("gives what the user says to no shell", async () => {
    const odd = "b$(touch${IFS}hit)`touch${IFS}hit2`;x";
    bench.site.commit({ [`a b/$(c)/file`]: "odd" });
    bench.site.git("branch", odd);
    const place = join(bench.folder, "srv", "$(touch hit) 'q\"");
    const { code, log } = await bench.clone({ ref: odd, folder: "a b/$(c)", to: place });
    expect(code, log).toBe(0);
    expect(readFileSync(join(place, "file"), "utf8")).toBe("odd");
    expect(JSON.stringify(bench.container({ ref: odd }).command)).not.toContain("touch");
  });
});
