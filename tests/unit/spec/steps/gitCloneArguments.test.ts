import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { InitPodArgs } from "../../../../components/spec/args.ts";
import type { EnvVar } from "../../../../components/spec/environment";
import { leavesOf } from "../../../../components/spec/manifest/leaves.ts";
import { manifest } from "../../../../components/spec/manifest/manifest.ts";
import { gitClone } from "../../../../components/spec/steps/gitClone.ts";
import { letOutputsFail } from "../failingOutputs.ts";
import { mounts, spec, steps } from "../podSpec.ts";
import { fixes, inStep } from "../problems.ts";

const to = "/srv/site";
const repo = "https://github.com/octocat/Hello-World.git";
const sha = "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d";
const key = { secret: "git", key: "k" };
const knownHosts = "github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
const ssh = { repo: "git@github.com:octocat/Hello-World.git", to, sshKey: key, knownHosts };
const noKnown = { repo: ssh.repo, to, sshKey: key };

function fixOf(value: unknown, field: string): string | undefined {
  return fixes({ init: [{ gitClone: value }] } as Partial<InitPodArgs>)[`init[0].gitClone.${field}`];
}

letOutputsFail();

describe("the arguments of a clone", () => {
  test.each([
    ["repo", { repo: undefined }],
    ["repo", { repo: "octocat/Hello-World" }],
    ["repo", { repo: "https://github.com/" }],
    ["repo", { repo: "HTTPS://github.com/a/b" }],
    ["repo", { repo: "https://github.com/a b" }],
    ["repo", { repo: "https://github.com/a?b" }],
    ["repo", { repo: "git://github.com/a" }],
    ["repo", { repo: "file:///srv/a" }],
    ["repo", { repo: "/srv/a" }],
    ["repo", { repo: "ext::sh -c id" }],
    ["to", { to: "srv" }],
    ["to", { to: "/srv" }],
    ["to", { to: "/etc/site" }],
    ["ref", { ref: "" }],
    ["ref", { ref: "-x" }],
    ["ref", { ref: "a..b" }],
    ["ref", { ref: "a:b" }],
    ["ref", { ref: "+main" + "^" }],
    ["ref", { ref: "a b" }],
    ["ref", { ref: "a.lock/b" }],
    ["ref", { ref: "/a" }],
    ["ref", { ref: sha }],
    ["ref", { ref: "main", commit: sha }],
    ["commit", { commit: "7fd1a60" }],
    ["commit", { commit: sha.toUpperCase() }],
    ["depth", { depth: -1 }],
    ["folder", { folder: "/docs" }],
    ["folder", { folder: "docs/" }],
    ["folder", { folder: "../x" }],
    ["folder", { folder: "docs/.git" }],
    ["folder", { folder: "-x" }],
    ["keepGit", { folder: "docs", keepGit: true }],
    ["submodules", { submodules: "yes" }],
    ["token.key", { token: { secret: "git", key: "a/b" } }],
    ["username", { username: "a" }],
    ["username", { token: key, username: "a:b" }],
    ["knownHosts", { knownHosts }],
    ["knownHosts", { ...ssh, knownHosts: "github.com" }],
    ["knownHosts", { ...ssh, knownHosts: "# github.com:22 SSH-2.0\n" }],
    ["knownHosts", { ...ssh, knownHosts: `${knownHosts}\nStrictHostKeyChecking no` }],
    ["attempts", { attempts: 0 }],
    ["timeoutSeconds", { timeoutSeconds: 0 }],
  ])("are refused by their field: %s of %j", (field, value) => {
    expect(inStep({ gitClone: { repo, to, ...value } })).toEqual([`init[0].gitClone.${field}`]);
  });

  test.each([
    { repo },
    { repo: "http://[fd00::1]:3000/a/b" },
    { repo, ref: "feature/one-1.2_x" },
    { repo, ref: "refs/pull/1/head" },
    { repo, commit: sha },
    { repo, commit: "a".repeat(64), depth: 0, submodules: true, keepGit: true },
    { repo, folder: "docs/my site" },
    { repo, token: key, username: "oauth2" },
    ssh,
    { ...ssh, repo: "ssh://git@[fd00::1]:2222/srv/a.git" },
    { ...ssh, repo: "git@host.local:/srv/a.git" },
    {
      ...ssh,
      knownHosts: `# x\n@cert-authority *.x ${knownHosts.slice(11)} a comment\n|1|a=|b= ${knownHosts.slice(11)}\n`,
    },
  ])("are fine: %j", (value) => {
    expect(inStep({ gitClone: { to, ...value } })).toEqual([]);
  });

  test.each(["https://ada:hunter2@github.com/a", "https://hunter2@github.com/a", "ssh://ada:hunter2@github.com/a"])(
    "carry no credentials in the address, which is not shown then, and the fix names the way out: %s",
    (address) => {
      const problem = fixOf({ repo: address, to }, "repo");
      expect(problem).toContain("keep them in a Secret: token and username");
      expect(JSON.stringify(fixes({ init: [{ gitClone: { repo: address, to } }] }))).not.toContain("hunter2");
    },
  );

  test("are of one kind: an address of SSH with sshKey and knownHosts, one of HTTP with a token", () => {
    expect(fixOf({ repo: ssh.repo, to }, "repo")).toContain("needs sshKey and knownHosts");
    expect(fixOf({ ...ssh, token: key }, "repo")).toContain("give sshKey in its place");
    expect(fixOf({ ...ssh, repo }, "repo")).toContain("give token in its place");
    expect(fixOf(noKnown, "knownHosts")).toMatch(
      /whoever answers in its place would be trusted.*ssh-keyscan -p PORT HOST/,
    );
  });

  test("are checked when they resolve, too, and show no credentials then", async () => {
    const clone = { to, repo: pulumi.output("https://ada:hunter2@x/y") };
    const leaves = leavesOf({ container: { image: "app" } }, (text) => new Error(text));
    const env = gitClone(clone).container("init[0].gitClone", leaves).env as EnvVar[];
    const value = env[0]?.value as unknown as { promise(): Promise<string> };
    await expect(value.promise()).rejects.toThrow(
      'init[0].gitClone.repo = "https://…@x/y": must carry no user and no password',
    );
  });

  test("have the defaults that their documentation names", () => {
    const [one] = steps({ init: [{ gitClone: { repo, to, token: key } }] });
    expect(one?.name).toBe("git-clone");
    expect(one?.image).toMatch(/^alpine\/git:v\d+\.\d+\.\d+$/);
    expect(one?.env?.filter(({ name }) => name !== "HOME")).toEqual([
      { name: "INIT_POD_REPO", value: repo },
      { name: "INIT_POD_TO", value: to },
      { name: "INIT_POD_DEPTH", value: "1" },
      { name: "INIT_POD_SUBMODULES", value: "false" },
      { name: "INIT_POD_KEEP_GIT", value: "false" },
      { name: "INIT_POD_ATTEMPTS", value: "3" },
      { name: "INIT_POD_TIMEOUT_SECONDS", value: "300" },
      { name: "INIT_POD_USERNAME", value: "x-token-auth" },
      { name: "INIT_POD_TOKEN", valueFrom: { secretKeyRef: { name: "git", key: "k" } } },
    ]);
  });

  test("may not make it a sidecar", () => {
    expect(inStep({ gitClone: { repo, to }, sidecar: true })).toEqual(["init[0].sidecar"]);
  });

  test.each([
    ["token", { repo, to, token: key }],
    ["sshKey", ssh],
  ])("are refused where the app could see their Secret: %s", (name, value) => {
    const args = { init: [{ gitClone: value }], container: { image: "app", secretEnv: { TOKEN: key } } };
    expect(Object.keys(fixes(args))).toEqual([`init[0].gitClone.${name}`]);
  });
});

describe("the volumes of a clone", () => {
  const init = [{ gitClone: ssh }, { run: { script: "true" } }];

  test("are the parent of its folder for all, and for itself alone its SSH key and an entry for its user", () => {
    const { initContainers = [], containers, volumes } = spec({ init });
    expect(mounts(initContainers[0])).toEqual([
      "/srv:srv",
      "/run/init-pod/ssh:git-clone-ssh:ro",
      "/etc/passwd:git-clone-passwd:ro",
    ]);
    expect(mounts(initContainers[1])).toEqual(["/srv:srv"]);
    expect(mounts(containers[0])).toEqual(["/srv:srv:ro"]);
    expect(volumes).toContainEqual({
      name: "git-clone-ssh",
      secret: { secretName: "git", items: [{ key: "k", path: "key" }], defaultMode: 0o444 },
    });
  });

  test.each([
    ["restricted", {}, 65_532],
    ["restricted", { securityContext: { runAsUser: 1000 } }, 1000],
    ["restricted-no-ids", { securityContext: { runAsUser: 1000 } }, 1000],
    ["restricted-no-ids", {}, undefined],
    ["image", {}, undefined],
    ["image", { securityContext: { runAsUser: 0 } }, undefined],
  ] as const)(
    "have the entry of the user that the Pod says, where it says one: %s with %j",
    (security, podSpec, user) => {
      const { objects, podSpec: made } = manifest({ init, container: { image: "app" }, security, podSpec });
      const texts =
        user === undefined
          ? []
          : [{ passwd: `root:x:0:0:root:/root:/bin/sh\ninit-pod:x:${user}:${user}:init-pod:/tmp:/bin/sh\n` }];
      expect(objects.map((object) => "texts" in object && object.texts)).toEqual(texts);
      expect(JSON.stringify(made).includes('"subPath":"passwd"')).toBe(user !== undefined);
    },
  );

  test("are none but that of its folder over HTTP", () => {
    expect(gitClone({ repo, to }).volumes?.("x", undefined as never, 65_532)).toEqual([]);
  });
});
