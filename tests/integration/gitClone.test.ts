import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { blocksOf } from "../unit/claims/blocks.ts";
import { stopPodSandbox } from "./support/cri.ts";
import { stackOf, withPlaces, writeProgram } from "./support/documented.ts";
import { GitServer, gitToken } from "./support/gitServer.ts";
import { eventually } from "./support/machine.ts";
import { images } from "./support/programs.ts";
import { diagnostics, kubectl, objects, TestStack } from "./support/stack.ts";

interface Log {
  container: string;
  exitCode?: number;
  log: string[];
}

/** InitPods by name, each with the steps that clone and the app that has their folders. */
function program(
  pods: Record<string, { clones: object[]; security?: string; podSpec?: object; label?: string }>,
): string {
  return `
const { InitPod } = require("init-pod");
for (const [name, { clones, security, podSpec, label }] of Object.entries(${JSON.stringify(pods)})) {
  const web = new InitPod(name, {
    security, retries: 0, annotations: { round: label ?? "1" },
    init: clones.map((gitClone) => ({ image: "${images.git}", gitClone })),
    container: { image: "${images.busybox}", command: ["sleep", "3600"] },
    podSpec: { terminationGracePeriodSeconds: 0, ...podSpec },
  });
  exports[name] = { logs: web.initLogs, pod: web.podName };
}
`;
}

const http = { repo: "http://git/cgi-bin/git/site", token: { secret: "git", key: "token" } };
const someUser = { securityContext: { runAsUser: 1000 } };

describe("a step that clones", () => {
  let stack: TestStack;
  let server: GitServer;
  let ssh: object;
  let commits: Record<"main" | "v1", string>;
  beforeAll(async () => {
    stack = await TestStack.create("");
    server = await GitServer.start(stack.namespace);
    ssh = { repo: "git@git:site", sshKey: { secret: "git", key: "ssh" }, knownHosts: server.knownHosts };
    commits = { main: await server.inSite("git rev-parse main"), v1: await server.inSite("git rev-parse v1") };
  });
  afterAll(() => stack.remove());

  async function outputs(): Promise<Record<string, { logs: Log[]; pod: string }>> {
    return (await stack.outputs()) as Record<string, { logs: Log[]; pod: string }>;
  }

  async function inApp(pod: string, command: string): Promise<string> {
    return (await kubectl(["exec", pod, "-n", stack.namespace, "-c", "app", "--", "sh", "-c", command])).trim();
  }

  /** All ways to name what is wanted, by HTTP and by SSH. */
  const all = (): object[] =>
    [http, ssh].flatMap((from, at) =>
      [
        { ref: "main" },
        { ref: "v1" },
        { commit: commits.v1, keepGit: true },
        { submodules: true },
        { submodules: true, folder: "parts" },
      ].map((wanted, number) => ({ ...from, ...wanted, to: `/srv/${at === 0 ? "http" : "ssh"}/${number}` })),
    );
  const one = (security: string, podSpec = {}) => ({
    clones: [
      { ...http, to: "/srv/http" },
      { ...ssh, to: "/srv/ssh", repo: "ssh://git@git:2222/srv/git/site" },
    ],
    security,
    podSpec,
  });

  test("takes a branch, a tag, a commit, submodules and a folder, by HTTP and by SSH, under each level of security", async () => {
    stack.write(
      program({
        restricted: { clones: all() },
        "no-ids": one("restricted-no-ids", someUser),
        image: one("image"),
      }),
    );
    const { stdout } = await stack.up();
    const { restricted, "no-ids": noIds, image } = await outputs();
    const taken = (restricted?.logs ?? []).map(({ log }) => log.at(-1));
    const [branch, tag, commit, head] = [
      `took commit ${commits.main} of main`,
      `took commit ${commits.v1} of v1`,
      `took commit ${commits.v1}`,
      `took commit ${commits.main} of HEAD`,
    ];
    expect(taken).toEqual([branch, tag, commit, head, head, branch, tag, commit, head, head]);
    for (const pod of [noIds, image]) expect(pod?.logs.map(({ log }) => log.at(-1))).toEqual([head, head]);
    for (const from of ["http", "ssh"]) {
      const read = `cd /srv/${from}; cat 0/index.html 1/index.html 2/index.html 3/parts/lib/lib.txt 4/lib/lib.txt; find . -name .git; ls -A`;
      expect(await inApp(restricted?.pod ?? "", read)).toBe("two\none\none\nlib\nlib\n./2/.git\n0\n1\n2\n3\n4");
    }
    // The app has neither the key nor the Pod's entry for its user.
    expect(await inApp(restricted?.pod ?? "", "ls -A /run/init-pod 2>&1; grep -c init-pod /etc/passwd; true")).toMatch(
      /No such file.*\n0$/,
    );
    expect(stdout).not.toContain(gitToken);
  });

  test("takes anew in the next Pod and in the same one, over its own output, where a branch was rewritten", async () => {
    const rewrite = (text: string) =>
      `echo ${text} >index.html; git commit -q --amend -am ${text}; git push -qf origin main; git rev-parse main`;
    const three = await server.inSite(rewrite("three"));
    stack.write(
      program({ restricted: { clones: [{ ...http, to: "/srv/site", ref: "main", keepGit: true }], label: "2" } }),
    );
    await stack.up();
    const { restricted } = await outputs();
    const pod = restricted?.pod ?? "";
    expect(restricted?.logs[0]?.log.at(-1)).toBe(`took commit ${three} of main`);
    expect(await inApp(pod, "cat /srv/site/index.html")).toBe("three");

    const four = await server.inSite(rewrite("four"));
    const found = await objects<{ metadata: { name: string; uid: string } }>("pods", stack.namespace);
    await stopPodSandbox(found.find(({ metadata }) => metadata.name === pod)?.metadata.uid ?? "");
    const content = (): Promise<string> =>
      inApp(pod, "cat /srv/site/index.html /srv/site/.git/HEAD; ls -A /srv").catch(() => "");
    expect(await eventually(async () => (await content()) === `four\n${four}\nsite`, 60), await content()).toBe(true);
  });
});

describe("a step that can't clone", () => {
  let stack: TestStack;
  let output: string;
  let seconds: number;
  beforeAll(async () => {
    stack = await TestStack.create("");
    const { knownHosts, otherHosts } = await GitServer.start(stack.namespace);
    const ssh = { repo: "git@git:site", sshKey: { secret: "git", key: "ssh" }, knownHosts, to: "/srv/site" };
    const otherUser = { initContainers: [{ name: "git-clone", securityContext: { runAsUser: 1234 } }] };
    const failing = (value: object, podSpec = {}, security = "restricted") => ({
      clones: [{ to: "/srv/site", ...value }],
      podSpec,
      security,
    });
    stack.write(
      program({
        token: failing({ ...http, token: { secret: "git", key: "wrong" } }),
        gone: failing({ ...http, repo: "http://git/cgi-bin/git/gone" }),
        branch: failing({ ...ssh, ref: "gone" }),
        host: failing({ ...ssh, repo: "ssh://git@git:2222/srv/git/site", knownHosts: otherHosts }),
        user: failing(ssh, otherUser, "restricted-no-ids"),
        late: failing({ repo: "http://git/cgi-bin/slow/site", timeoutSeconds: 3 }),
      }),
    );
    ({ output, seconds } = await stack.tryUp());
  });
  afterAll(() => stack.remove());

  test.each([
    [
      "token",
      77,
      "the git server refused the credentials, or asks for some",
      /\| fatal: Authentication failed for 'http:\/\/git\/cgi-bin\/git\/site\/'/,
    ],
    [
      "gone",
      66,
      "the repository, or what is to be taken of it, does not exist",
      /\| fatal: repository 'http:\/\/git\/cgi-bin\/git\/gone\/' not found/,
    ],
    [
      "branch",
      66,
      "the repository, or what is to be taken of it, does not exist",
      /\| fatal: couldn't find remote ref gone/,
    ],
    ["host", 76, "the git server's SSH host key is none of those in knownHosts", /\| Host key verification failed/],
    [
      "user",
      78,
      "OpenSSH can't use the key, or does not know the user it runs as",
      /\| OpenSSH needs an entry in \/etc\/passwd for the user it runs as, 1234: /,
    ],
    [
      "late",
      124,
      "the repository did not come in time",
      /\| gave up fetching HEAD of http:\/\/git\/cgi-bin\/slow\/site after 3 s/,
    ],
  ])("says in `up` why: %s", (name, code, meaning, words) => {
    const [, own = ""] = diagnostics(output).split(`kubernetes:core/v1:Pod (${name}):`);
    const error = (own.split("Next:")[0] ?? "").replace(/\s+/g, " ");
    expect(error, output).toContain(`exit code ${code}`);
    expect(error).toContain(meaning);
    expect(error).toMatch(words);
  });

  test("says it soon, and shows no token", () => {
    expect(seconds).toBeLessThan(60);
    expect(output).not.toMatch(/hunter2|\bwrong\b/);
  });
});

test("the program of docs/steps/gitClone.md runs as it stands there", async () => {
  const [program = ""] = blocksOf("docs/steps/gitClone.md", "ts");
  const stack = await stackOf("");
  onTestFinished(() => stack.remove());
  const server = await GitServer.start(stack.namespace);
  const commit = await server.inSite("git rev-parse v1");
  writeProgram(
    stack,
    withPlaces(program.replaceAll("gitClone: {", `image: "${images.git}", gitClone: {`), [
      ["https://github.com/octocat/Hello-World.git", "http://git/cgi-bin/open/site"],
      ["https://git.shop.local/web/pages.git", "http://git/cgi-bin/git/site"],
      ["ssh://git@git.shop.local:2222/web/config.git", "ssh://git@git:2222/srv/git/site"],
      ["7fd1a60b01f91b314f59955a4e4d4e80d8edf11d", commit],
      ['"git.shop.local ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI…"', JSON.stringify(server.knownHosts)],
      ["registry.example.com/pages:1.4", images.unprivileged],
    ]),
  );
  await stack.up();
  const [logs = []] = Object.values((await stack.outputs()) as Record<string, Log[]>);
  expect(logs.map(({ log }) => log.at(-1))).toEqual([
    expect.stringMatching(/^took commit [0-9a-f]{40} of HEAD$/),
    `took commit ${commit} of v1.4.0`,
    `took commit ${commit}`,
  ]);
  const pods = await objects<{ metadata: { name: string } }>("pods", stack.namespace);
  const pod = pods.find(({ metadata }) => metadata.name.startsWith("pages-of-git-"))?.metadata.name ?? "";
  expect(await kubectl(["exec", pod, "-n", stack.namespace, "-c", "app", "--", "ls", "/srv/pages"])).toBe(
    "page.html\n",
  );
});
