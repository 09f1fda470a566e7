import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import type { EnvVar } from "../../../components/spec/environment";
import { leavesOf } from "../../../components/spec/manifest/leaves.ts";
import { type GitClone, gitClone } from "../../../components/spec/steps/gitClone.ts";
import type { Container } from "../../../components/spec/steps/plan.ts";
import { listen, Repository, serveGit } from "./gitServer.ts";
import { type Ended, run } from "./kubelet.ts";

export const token = { secret: "git", key: "token" };
/** What a server is sent for the token "hunter2". */
export const basic = `Basic ${Buffer.from("x-token-auth:hunter2").toString("base64")}`;

/** Whether this machine has what the script needs. */
export const canClone = ["sh", "git", "setsid", "ssh", "ssh-agent"].every(
  (tool) => spawnSync("which", [tool]).status === 0,
);

/** A git server with a repository, and a place to clone it to; anew for each test. */
export class GitBench {
  folder = "";
  /** Where the folder is to be. */
  to = "";
  scratch = "";
  address = "";
  site!: Repository;
  requests: IncomingMessage[] = [];
  answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  server!: Server;

  constructor() {
    beforeEach(() => this.#start());
    afterEach(() => {
      this.stopServer();
      rmSync(this.folder, { recursive: true });
    });
  }

  async #start(): Promise<void> {
    this.folder = mkdtempSync(join(tmpdir(), "init-pod-git-"));
    this.to = join(this.folder, "srv", "site");
    this.scratch = join(this.folder, "tmp");
    mkdirSync(this.scratch);
    this.site = this.repository("site");
    this.requests = [];
    this.answer = this.serve;
    ({ server: this.server, address: this.address } = await listen((request, response) => {
      this.requests.push(request);
      this.answer(request, response);
    }));
  }

  stopServer(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Answers as a git server does. */
  readonly serve = (request: IncomingMessage, response: ServerResponse): void => {
    serveGit(join(this.folder, "repos"), request, response);
  };

  /** The same to who has the token. */
  readonly serveWithToken = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.headers.authorization === basic) this.serve(request, response);
    else askForToken(request, response);
  };

  repository(name: string, ...options: string[]): Repository {
    return new Repository(join(this.folder, "repos", name), ...options);
  }

  /** The step's container, whose scratch space is the test's. */
  container(value: Partial<GitClone> = {}, more: Record<string, string> = {}): Container {
    const leaves = leavesOf({ container: { image: "app" } }, (text) => new Error(text));
    const all = { repo: `${this.address}/site`, to: this.to, attempts: 1, timeoutSeconds: 30, ...value };
    const { env = [], ...one } = gitClone(all).container("init[0].gitClone", leaves);
    const own = Object.entries({ TMPDIR: this.scratch, ...more }).map(([name, text]) => ({ name, value: text }));
    return { ...one, env: [...(env as EnvVar[]).filter(({ name }) => !((name as string) in more)), ...own] };
  }

  async clone(value: Partial<GitClone> = {}, secrets: Record<string, string> = {}): Promise<Ended> {
    return await run(this.container(value), secrets);
  }

  read(name: string): string {
    return readFileSync(join(this.to, name), "utf8");
  }

  /** That nothing but `names` is where the folder is to be, and nothing in the scratch space. */
  expectOnly(...names: string[]): void {
    const srv = join(this.folder, "srv");
    expect(existsSync(srv) ? readdirSync(srv) : []).toEqual(names);
    expect(readdirSync(this.scratch)).toEqual([]);
  }
}

export function askForToken(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
}

/** The command lines of all processes of this machine. */
export function allCommandLines(): string {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        return ""; // It has ended since.
      }
    })
    .join("\n");
}
