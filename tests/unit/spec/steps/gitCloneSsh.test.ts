import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { Container } from "../../../../components/spec/steps/plan.ts";
import { allCommandLines, canClone, GitBench } from "../gitBench.ts";
import { run } from "../kubelet.ts";

const bench = new GitBench();

describe.skipIf(!canClone)("a clone over SSH", () => {
  const knownHosts = `git.local ssh-ed25519 ${"A".repeat(68)}`;
  const sshKey = { secret: "git", key: "ssh" };
  let key: string;

  /** A container whose ssh is `script`, and whose key is in a file of its own. */
  function overSsh(script: string, privateKey: string): Container {
    const bin = join(bench.folder, "bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, "ssh"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    writeFileSync(join(bench.folder, "key"), privateKey, { mode: 0o444 });
    const more = { PATH: `${bin}:${process.env.PATH ?? ""}`, INIT_POD_SSH_KEY_FILE: join(bench.folder, "key") };
    return bench.container({ repo: "git@git.local:site", sshKey, knownHosts }, more);
  }

  beforeEach(() => {
    const file = join(bench.folder, "id");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "deploy", "-f", file]);
    key = readFileSync(file, "utf8");
  });

  test.each([
    ["as it is", (text: string) => text],
    ["without the line break at its end", (text: string) => text.trimEnd()],
    ["with Windows' line breaks", (text: string) => text.replaceAll("\n", "\r\n")],
  ])(
    "offers the key of a Secret by an agent, and checks the server by the known hosts alone: %s",
    async (_, change) => {
      const sha = bench.site.commit({ file: "x" });
      const seen = join(bench.folder, "seen");
      const script = `
case "$*" in *" -G host") exit 0 ;; esac
for word; do case $word in IdentityAgent=*) SSH_AUTH_SOCK=\${word#*=} ;; UserKnownHostsFile=*) cat "\${word#*=}" >"${seen}.hosts" ;; esac; done
export SSH_AUTH_SOCK; ssh-add -L >"${seen}.keys"; printf '%s\n' "$*" >"${seen}"
exec git-upload-pack "${bench.site.folder}"`;
      const { code, log } = await run(overSsh(script, change(key)));
      expect(code, log).toBe(0);
      expect(log).toContain(`took commit ${sha} of HEAD`);
      expect(readFileSync(`${seen}.keys`, "utf8")).toBe(readFileSync(join(bench.folder, "id.pub"), "utf8"));
      expect(readFileSync(`${seen}.hosts`, "utf8").trim()).toBe(knownHosts);
      const words = readFileSync(seen, "utf8");
      expect(words).toMatch(/-F \/dev\/null .*StrictHostKeyChecking=yes .*git@git\.local git-upload-pack 'site'/);
      bench.expectOnly("site");
      expect(allCommandLines()).not.toContain(bench.scratch);
    },
  );

  test.each([
    ["one with a passphrase", () => passphrased()],
    ["none", () => "no key"],
  ])("fails with 78 where the key can't be used: %s", async (_, other) => {
    const { code, log } = await run(overSsh("exit 0", other()));
    expect(code).toBe(78);
    expect(log).toMatch(/it must be a private key without a passphrase\n$/);
    bench.expectOnly();
  });

  test("fails with 78 and the ways out where OpenSSH does not know its user", async () => {
    const { code, log } = await run(overSsh("echo 'No user exists for uid 1234' >&2; exit 255", key));
    expect(code).toBe(78);
    expect(log).toMatch(
      /^OpenSSH needs an entry in \/etc\/passwd for the user it runs as, \d+: .*podSpec\.securityContext\.runAsUser.*token\n$/,
    );
  });

  test.each([
    [76, "Host key verification failed."],
    [77, "git@git.local: Permission denied (publickey)."],
    [69, "ssh: Could not resolve hostname git.local: Name or service not known"],
    [66, "fatal: 'site' does not appear to be a git repository"],
    [66, "ERROR: Repository not found."],
  ])("ends with %i on: %s", async (expected, words) => {
    const { code, log } = await run(
      overSsh(`case "$*" in *" -G host") exit 0 ;; esac; echo "${words}" >&2; exit 255`, key),
    );
    expect(code, log).toBe(expected);
    expect(log).toContain(words);
  });

  function passphrased(): string {
    const file = join(bench.folder, "locked");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "secret", "-f", file]);
    return readFileSync(file, "utf8");
  }
});
