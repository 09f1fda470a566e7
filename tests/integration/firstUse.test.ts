import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as commandLines from "./support/commandLines.ts";
import { FreshClone } from "./support/freshClone.ts";
import { eventually, listens } from "./support/machine.ts";
import type { Finished } from "./support/run.ts";
import { kubectl } from "./support/stack.ts";
import { Terminal } from "./support/terminal.ts";

const startSeconds = 300;

/** A documented command line, where URL and NAME stand for what differs, and what must come of it. */
interface Step {
  command: string;
  does: string;
  /** Why its exit code says nothing here. */
  mayFail?: string;
  check: (finished: Finished) => Promise<void> | void;
}

let clone: FreshClone;
let terminal: Terminal;
let started: Finished;
let url: string;

/** In an order in which a user might try them, in one terminal. */
const steps: Step[] = [
  {
    command: "curl URL",
    does: "gets the page that `npm start` showed",
    check: ({ stdout }) => expect(started.stdout).toContain(requestOf(stdout)),
  },
  {
    command: 'eval "$(npm run -s sandbox -- env)"',
    does: "puts pulumi, kubectl and init-pod on the PATH",
    check: async () => {
      const { code, output } = await terminal.run("pulumi version && kubectl get nodes && init-pod --version");
      expect(code, output).toBe(0);
    },
  },
  {
    command: "pulumi preview --stack sandbox",
    does: "shows no change",
    check: ({ stdout }) => {
      expect(stdout).toMatch(/\d+ unchanged/);
      expect(stdout).not.toMatch(/to (create|update|replace|delete)/);
    },
  },
  {
    command: "pulumi stack output initLogs --stack sandbox",
    does: "shows what the init container did",
    check: ({ stdout }) => expect(JSON.parse(stdout)).toMatchObject([{ container: "download-config", exitCode: 0 }]),
  },
  {
    command: "npx init-pod status",
    does: "names the InitPod and its URL",
    mayFail: "It fails where another InitPod on the sandbox, of this user, is unwell.",
    check: ({ stdout }) => expect(stdout).toMatch(new RegExp(`✓ default/web .*${url} +default/web +forwarding`, "s")),
  },
  {
    command: "npx init-pod logs web",
    does: "shows what the init container logged",
    check: ({ stdout }) => expect(stdout).toContain("download-config"),
  },
  {
    command: "npx init-pod stop",
    does: "ends the forward",
    check: async () => expect(await listens(port())).toBe(false),
  },
  {
    command: "npx init-pod forward",
    does: "makes the URL answer again",
    mayFail: "It fails for a stack that this user has on the sandbox, as the port of that one is taken by its forward.",
    check: async ({ stdout }) => {
      expect(stdout).toMatch(new RegExp(`^${url} +default/web +answers`, "m"));
      expect(started.stdout).toContain(await fetched());
    },
  },
  {
    command: "npm run sandbox -- up",
    does: "leaves what runs as it is",
    check: ({ output }) => expect(output).toContain("already running"),
  },
  {
    command: "npm run sandbox -- status",
    does: "shows that it runs",
    check: ({ stdout }) => expect(stdout).toContain("kube-apiserver"),
  },
  {
    command: "pulumi destroy --stack sandbox",
    does: "leaves no Pod, no Service and no forward",
    check: expectNothingLeft,
  },
  {
    command: "npm start -- --context NAME",
    does: "deploys there, and prints a URL that answers",
    check: async ({ stdout }) => {
      url = urlOf(stdout);
      expect(stdout).toContain(await fetched());
      expect(commandLines.ofStart(stdout)).toContain("pulumi destroy --stack dev");
    },
  },
  {
    command: "pulumi destroy --stack dev",
    does: "leaves no Pod, no Service and no forward",
    check: expectNothingLeft,
  },
];

/** What is documented and not tried here, and why. */
const notTried: Record<string, string> = {
  "npm start": "It is, before all others.",
  "npm test": "This is a part of it.",
  "npm run sandbox -- down": "The tests after this one need the sandbox.",
  "kind create cluster": "It is not ours, and needs a container runtime for its nodes.",
  "npm start -- --context kind-kind": "It is `npm start -- --context NAME`, with the name of kind's cluster.",
};

function urlOf(startOutput: string): string {
  return /^(http:\S+) answers:$/m.exec(startOutput)?.[1] ?? "";
}

function port(): number {
  return Number(new URL(url).port);
}

/** The weather service gives each download a number of its own, which is on the page. */
function requestOf(page: string): string {
  return (JSON.parse(page) as { request: string }).request;
}

async function fetched(): Promise<string> {
  return requestOf(await (await fetch(url)).text());
}

async function expectNothingLeft(): Promise<void> {
  expect(await clone.objects()).toEqual([]);
  const isGone = async () => !(await listens(port())) && (await clone.forwards()).length === 0;
  expect(await eventually(isGone, 5), (await clone.forwards()).join("\n")).toBe(true);
}

/** A printed line as the table above has it. */
function rowOf(line: string): string {
  return commandLines.withoutComment(line).replace(url, "URL");
}

/** The line that stands for a row, with its comment, as one would copy it. */
async function lineOf(row: string): Promise<string> {
  const lines = [...commandLines.ofStart(started.stdout), ...commandLines.ofReadme()];
  const line = lines.find((line) => rowOf(line) === row) ?? row;
  return line.replace("NAME", (await kubectl(["config", "current-context"])).trim());
}

describe("in a fresh clone", () => {
  beforeAll(async () => {
    clone = await FreshClone.create();
    terminal = new Terminal(clone.folder, { XDG_STATE_HOME: clone.stateHome });
    started = await terminal.run("npm start", startSeconds);
    if (started.code !== 0) throw new Error(started.output);
    url = urlOf(started.stdout);
  }, startSeconds * 1000);
  afterAll(() => clone.remove());

  test("`npm start` ends with the page that the URL gives", () => {
    expect(started.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+ answers:\n\n {2}\{.*temperature/ms);
  });

  test("each command that README shows or `npm start` prints is tried here, or it is said why not", () => {
    const documented = [...commandLines.ofReadme(), ...commandLines.ofStart(started.stdout)].map(rowOf);
    const rows = [...steps.map(({ command }) => command), ...Object.keys(notTried)];
    expect([...new Set(documented)].sort()).toEqual(rows.sort());
  });

  for (const { command, does, mayFail, check } of steps) {
    test(`\`${command}\` ${does}`, async () => {
      const finished = await terminal.run(await lineOf(command));
      if (mayFail === undefined) expect(finished.code, finished.output).toBe(0);
      await check(finished);
    });
  }
});
