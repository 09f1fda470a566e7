import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Kind, kindNames } from "../../components/spec/kinds.ts";
import { bridgeAddress } from "../../sandbox/cluster/constants.ts";
import { stopPodSandbox } from "./support/cri.ts";
import { GitServer } from "./support/gitServer.ts";
import { eventually, processesWith } from "./support/machine.ts";
import { images } from "./support/programs.ts";
import { kubectl, objects, TestStack } from "./support/stack.ts";

/** All of each kind under each level, whatever becomes of the Pod; else each pair of the three is tried at least once. */
const isFull = process.env.INIT_POD_FULL_PRODUCT === "1";

const levels = ["restricted", "restricted-no-ids", "baseline", "image"] as const;
/** What becomes of the Pod: nothing; its sandbox dies, so that all steps run again; the step is killed at its work. */
const fates = ["left", "again", "killed"] as const;
type Fate = (typeof fates)[number];

const content = "x".repeat(5000);

interface Kinded {
  kind: Kind;
  step: object;
  /** Where the app finds what it wrote, and what that is. */
  file?: string;
  holds?: string;
  /** Whether it asks the server for /NAME, so that it can be killed meanwhile: in the variable of this name. */
  asks?: string;
}

/** A step of each kind that asks for what is its own. */
function steps(url: string): Record<string, Kinded> {
  const [host = ""] = url.replace("http://", "").split("/");
  return {
    tcp: { kind: "waitFor", step: { waitFor: { tcp: host } } },
    http: { kind: "waitFor", step: { waitFor: { http: { url } } }, asks: "INIT_POD_URL" },
    download: {
      kind: "download",
      step: { download: { url, to: "/srv/download/file", attempts: 1 } },
      file: "/srv/download/file",
      asks: "INIT_POD_URL",
    },
    credentials: {
      kind: "credentials",
      step: { credentials: { url, to: "/secrets/file", attempts: 1 } },
      file: "/secrets/file",
      asks: "INIT_POD_URL",
    },
    files: {
      kind: "files",
      step: { files: { templates: { "/srv/files/file": "$(A)" }, env: { A: content } } },
      file: "/srv/files/file",
    },
    git: {
      kind: "gitClone",
      step: { image: images.git, gitClone: { repo: "http://git/cgi-bin/open/site", ref: "v1", to: "/srv/git" } },
      file: "/srv/git/public/page.html",
      holds: "page\n",
    },
    copy: {
      kind: "copyFromImage",
      step: {
        image: undefined,
        copyFromImage: { image: images.busybox, from: "/etc/nsswitch.conf", to: "/srv/copy/file" },
      },
      file: "/srv/copy/file",
      holds: "passwd: files\ngroup: files\nhosts: files dns\n",
    },
    mounted: {
      kind: "copyFromImage",
      step: {
        image: images.busybox,
        copyFromImage: { image: images.curl, from: "/etc/nsswitch.conf", to: "/srv/copy/file", by: "volume" },
      },
      file: "/srv/copy/file",
      holds: "passwd: files\ngroup: files\nhosts: files dns\n",
    },
    run: {
      kind: "run",
      step: {
        run: {
          script: 'curl -s "$ASKED" -o /srv/run/file.part; mv /srv/run/file.part /srv/run/file',
          env: { ASKED: url },
          writes: ["/srv/run/file"],
        },
      },
      file: "/srv/run/file",
      asks: "ASKED",
    },
    container: { kind: "container", step: { container: { command: ["true"] } } },
  };
}

interface Case {
  name: string;
  of: string;
  level: string;
  fate: Fate;
}

const all = Object.keys(steps("http://x/"));
const cases: Case[] = all.flatMap((of, kindAt) =>
  levels.flatMap((level, levelAt) => {
    const possible = fates.filter((fate) => fate !== "killed" || steps("http://x/")[of]?.asks !== undefined);
    const chosen = isFull ? possible : possible.filter((_, at) => at === (kindAt + levelAt) % possible.length);
    return chosen.map((fate) => ({ name: `${of}-${level}-${fate}`, of, level, fate }));
  }),
);

/** Asked for the first time for what is to be killed, it answers half, and the asker is killed; then all. */
const asked = new Map<string, number>();
const killed = new Set<string>();
const server = createServer(({ url = "" }, response) => {
  const name = url.slice(1);
  const count = (asked.get(name) ?? 0) + 1;
  asked.set(name, count);
  const one = cases.find((each) => each.name === name);
  if (one?.fate !== "killed" || count > 1) return void response.end(content);
  half(response);
  setTimeout(() => {
    kill(name, steps(urlOf(name))[one.of]?.asks ?? "");
  }, 300);
});

function half(response: ServerResponse): void {
  response.writeHead(200, { "content-length": String(content.length) });
  response.write(content.slice(0, content.length / 2));
}

function kill(name: string, variable: string): void {
  for (const { pid } of processesWith(variable, urlOf(name))) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      continue; // The one killed before has taken it along.
    }
    killed.add(name);
  }
}

function urlOf(name: string): string {
  return `http://${bridgeAddress}:${(server.address() as AddressInfo).port}/${name}`;
}

interface Pod {
  metadata: { name: string; uid: string };
  status: {
    conditions?: { type: string; status: string }[];
    initContainerStatuses: { restartCount: number; state: { terminated?: { exitCode: number } } }[];
  };
}

let stack: TestStack;
beforeAll(async () => {
  server.listen(0, bridgeAddress);
  await once(server, "listening");
  stack = await TestStack.create("");
  await GitServer.start(stack.namespace);
  const pods = cases.map(({ name, of, level }) => ({ name, level, step: steps(urlOf(name))[of]?.step }));
  stack.write(`
const { InitPod } = require("init-pod");
for (const { name, level, step } of ${JSON.stringify(pods)}) {
  new InitPod(name, {
    security: level,
    init: [{ name: "step", image: ${JSON.stringify(images.curl)}, retries: 1, ...step,
      ...(step.copyFromImage && step.copyFromImage.by === undefined ? { image: undefined } : {}) }],
    container: { image: "${images.busybox}", command: ["sleep", "3600"] },
    podSpec: { terminationGracePeriodSeconds: 0,
      securityContext: level === "restricted-no-ids" ? { runAsUser: 1000 } : {} },
  });
}
`);
  await stack.up();
}, 300_000);
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await stack.remove();
});

async function podOf(name: string): Promise<Pod> {
  const pods = await objects<Pod>("pods", stack.namespace);
  const pod = pods.find(({ metadata }) => metadata.name.replace(/-[0-9a-f]+$/, "") === name);
  if (pod === undefined) throw new Error(`no Pod of ${name}`);
  return pod;
}

/** What the app finds is whole, and nothing lies beside it. */
async function hasWritten({ name, of }: Case): Promise<void> {
  const { file, holds = content } = steps(urlOf(name))[of] ?? {};
  if (file === undefined) return;
  const { metadata } = await podOf(name);
  const inApp = ["exec", metadata.name, "-n", stack.namespace, "-c", "app", "--"];
  expect(await kubectl([...inApp, "cat", file]), name).toBe(holds);
  const beside = await kubectl([...inApp, "sh", "-c", `ls -A ${file.replace(/\/[^/]*$/, "")}`]);
  expect(beside.trim(), name).toBe(file.replace(/^.*\//, ""));
}

test("every kind, every level and every fate are among the cases", () => {
  const kinds = new Set(all.map((of) => steps("http://x/")[of]?.kind));
  expect([...kinds].sort()).toEqual([...kindNames].sort());
  for (const level of levels) {
    expect(new Set(cases.filter((one) => one.level === level).map(({ fate }) => fate)).size).toBe(fates.length);
  }
  expect(cases.length).toBeGreaterThanOrEqual(all.length * levels.length);
});

test("each kind does its work under each level of security", async () => {
  for (const one of cases) await hasWritten(one);
}, 120_000);

test("one that is killed half way is tried again, and nothing half done is left", async () => {
  const those = cases.filter(({ fate }) => fate === "killed");
  expect([...killed].sort()).toEqual(those.map(({ name }) => name).sort());
  for (const { name } of those) {
    const { status } = await podOf(name);
    expect(status.initContainerStatuses[0], name).toMatchObject({
      restartCount: 1,
      state: { terminated: { exitCode: 0 } },
    });
  }
});

test("each runs again on its own output, where the Pod's sandbox dies", async () => {
  const those = cases.filter(({ fate }) => fate === "again");
  for (const { name } of those) await stopPodSandbox((await podOf(name)).metadata.uid);
  const isBack = async ({ name }: Case): Promise<boolean> => {
    const { conditions = [], initContainerStatuses } = (await podOf(name)).status;
    const [step] = initContainerStatuses;
    return (
      conditions.some(({ type, status }) => type === "Ready" && status === "True") && (step?.restartCount ?? 0) > 0
    );
  };
  for (const one of those) {
    expect(await eventually(() => isBack(one), 120), one.name).toBe(true);
    await hasWritten(one);
  }
}, 300_000);
