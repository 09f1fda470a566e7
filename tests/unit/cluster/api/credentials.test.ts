import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { type AuthorizedOptions, Credentials } from "../../../../components/cluster/api/credentials.ts";
import { KubeconfigError } from "../../../../components/cluster/api/errors.ts";
import { loopbackCertificate } from "../../loopbackCertificate.ts";
import { credentialPlugin, execUser } from "../credentialPlugin.ts";
import { kubeconfig } from "../fakeCluster.ts";

const server = "https://one.example";
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "init-pod-credentials-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What stands in the kubeconfig from now on. */
function write(content: string): string {
  const path = join(folder, "kubeconfig");
  writeFileSync(path, content);
  return path;
}

const read = (content: string): Promise<Credentials> => Credentials.read({ kubeconfigPath: write(content) });

const withToken = (token: string, url = server): string => kubeconfig(url, { token });

/** As a connection that the API server refuses unless it comes with one of these tokens. */
const taking =
  (...tokens: string[]) =>
  ({ headers }: AuthorizedOptions): Promise<string> => {
    const token = String(headers.Authorization ?? "").replace("Bearer ", "");
    return tokens.includes(token) ? Promise.resolve(token) : Promise.reject(new Refused(401));
  };

class Refused extends Error {
  constructor(readonly status: number) {
    super(`status ${status}`);
  }
}

describe("credentials", () => {
  test("are got once for all who use them at the same time and soon after", async () => {
    const { command, runs } = credentialPlugin(folder, "sleep 0.1");
    const credentials = await read(kubeconfig(server, execUser(command)));
    const use = (): Promise<string> => credentials.use(taking("token-1"));
    expect(await Promise.all([use(), use(), use()])).toEqual(["token-1", "token-1", "token-1"]);
    expect(await use()).toBe("token-1");
    expect(runs()).toHaveLength(1);
  });

  test("that could not be got are asked for anew by the next who uses them", async () => {
    const { command } = credentialPlugin(folder, `[ -e '${folder}/login' ] || exit 1`);
    const credentials = await read(kubeconfig(server, execUser(command)));
    await expect(credentials.use(taking("token-2"))).rejects.toThrow(KubeconfigError);
    writeFileSync(join(folder, "login"), "");
    expect(await credentials.use(taking("token-2"))).toBe("token-2");
  });

  test("share what connections need of their certificates for as long as these stay the same", async () => {
    const { cert } = loopbackCertificate();
    const authority = join(folder, "authority");
    writeFileSync(authority, cert);
    const config = JSON.parse(kubeconfig(server, { token: "t" })) as { clusters: { cluster: object }[] };
    Object.assign(config.clusters[0]?.cluster ?? {}, { "certificate-authority": authority });
    const credentials = await read(JSON.stringify(config));
    const context = (): Promise<unknown> => credentials.use(({ secureContext }) => Promise.resolve(secureContext));
    vi.useFakeTimers({ toFake: ["performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const first = await context();
    expect(first).toBeDefined();
    vi.advanceTimersByTime(60_000);
    expect(await context()).toBe(first);
    writeFileSync(authority, `${cert}${cert}`);
    vi.advanceTimersByTime(60_000);
    expect(await context()).not.toBe(first);
  });

  test("stay the same where something fails for another reason than their refusal", async () => {
    const credentials = await read(withToken("old"));
    write(withToken("new"));
    for (const error of [new Refused(403), new Error("no answer")]) {
      await expect(credentials.use(() => Promise.reject(error))).rejects.toBe(error);
    }
    expect(await credentials.use(taking("old"))).toBe("old");
  });
});

describe("a refusal with status 401", () => {
  test("has the kubeconfig read anew, and the same done once more", async () => {
    const credentials = await read(withToken("old"));
    write(withToken("new"));
    expect(await credentials.use(taking("new"))).toBe("new");
  });

  test("has that done once, however many were refused, and however late they hear it", async () => {
    const { command, runs } = credentialPlugin(folder, "sleep 0.1");
    const credentials = await read(kubeconfig(server, execUser(command)));
    let refuseLate: (() => void) | undefined;
    let tries = 0;
    const late = credentials.use((options) => {
      if (tries++ > 0) return taking("token-2")(options);
      return new Promise((_, reject) => (refuseLate = () => reject(new Refused(401))));
    });
    await Promise.all([1, 2, 3].map(() => credentials.use(taking("token-2"))));
    refuseLate?.();
    expect(await late).toBe("token-2");
    expect(runs()).toHaveLength(2);
  });

  test("that comes again is the error", async () => {
    const credentials = await read(withToken("old"));
    let tries = 0;
    const use = credentials.use((options) => {
      tries++;
      return taking("other")(options);
    });
    await expect(use).rejects.toThrow(new Refused(401));
    expect(tries).toBe(2);
  });

  test("leads to credentials of the same context, though another one is the current one by now", async () => {
    const credentials = await read(withToken("old"));
    const { contexts, users, clusters } = JSON.parse(withToken("new")) as Record<string, object[]>;
    const other = { name: "other", context: { cluster: "fake", user: "other" } };
    const stranger = { name: "other", user: { token: "for-others" } };
    write(
      JSON.stringify({
        "current-context": "other",
        contexts: [...(contexts ?? []), other],
        users: [...(users ?? []), stranger],
        clusters,
      }),
    );
    expect(await credentials.use(taking("new", "for-others"))).toBe("new");
  });

  test("leads to no credentials where those of the context are for another server by now", async () => {
    const credentials = await read(withToken("old"));
    write(withToken("for-others", "https://two.example/"));
    const use = (): Promise<string> => credentials.use(taking("new", "for-others"));
    await expect(use()).rejects.toThrow(
      new KubeconfigError(
        'Context "fake" is of API server https://two.example by now, and https://one.example takes the credentials no longer.',
      ),
    );
    expect(credentials.hasMoved).toBe(true);
    write(withToken("new", `${server}/`));
    expect(await use()).toBe("new");
    expect(credentials.hasMoved).toBe(false);
  });

  test("come with the headers of whom they are used as, and with those of a rewritten kubeconfig", async () => {
    const user = (group: string) => ({ token: "one", as: "deployer", "as-groups": [group] });
    const credentials = await read(kubeconfig(server, user("deployers")));
    const groups = (wanted: string) => (options: AuthorizedOptions) => {
      const group = String(options.headers["Impersonate-Group"]);
      return group === wanted ? Promise.resolve(options.headers) : Promise.reject(new Refused(401));
    };
    expect(await credentials.use(groups("deployers"))).toEqual({
      ...{ Authorization: "Bearer one", "Impersonate-User": "deployer" },
      "Impersonate-Group": ["deployers"],
    });
    write(kubeconfig(server, user("others")));
    expect(await credentials.use(groups("others"))).toMatchObject({ "Impersonate-Group": ["others"] });
  });

  test("say how a plugin that is missing is installed, as the kubeconfig has it", async () => {
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "no-such-plugin",
      installHint: "Get it at X.",
      interactiveMode: "Never",
    };
    const credentials = await read(kubeconfig(server, { exec }));
    await expect(credentials.use(taking("any"))).rejects.toThrow(/no-such-plugin.*ENOENT.*\. Get it at X\.$/s);
  });

  test("are refused where their plugin needs a terminal", async () => {
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "login", interactiveMode: "Always" };
    await expect(read(kubeconfig(server, { exec }))).rejects.toThrow(/plugin login .*interactiveMode: Always/);
  });
});
