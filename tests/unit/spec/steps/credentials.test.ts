import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, request as ask, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { leavesOf } from "../../../../components/spec/manifest/leaves.ts";
import { type Credentials, credentials } from "../../../../components/spec/steps/credentials.ts";
import { selfSigned } from "../../../integration/support/certificate.ts";
import { type Ended, run } from "../kubelet.ts";
import { mounts, spec, steps } from "../podSpec.ts";
import { fixes } from "../problems.ts";

const needed = ["sh", "curl"].every((tool) => spawnSync("which", [tool]).status === 0);
const answerText = '{"password":"s3cr3t-answer"}';

interface Seen {
  method?: string;
  headers: IncomingMessage["headers"];
  body: string;
}

let server: Server;
let address: string;
let folder: string;
let file: string;
let seen: Seen[];
let answer: (response: ServerResponse, request: IncomingMessage) => void;

beforeEach(async () => {
  seen = [];
  answer = (response) => response.end(answerText);
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      seen.push({ method: request.method, headers: request.headers, body });
      answer(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = mkdtempSync(join(tmpdir(), "init-pod-credentials-"));
  file = join(folder, "db", "login.json");
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** Runs the step with what is mounted on the cluster in this test's folder. */
async function fetched(
  value: Partial<Credentials> = {},
  mounted: Readonly<Record<string, string>> = {},
  secrets?: Readonly<Record<string, string>>,
): Promise<Ended> {
  const leaves = leavesOf({ container: { image: "app" } }, (text) => new Error(text));
  const given = { url: `${address}/login`, to: file, attempts: 1, ...value };
  const { command, env } = credentials(given).container("init[0].credentials", leaves);
  for (const [name, text] of Object.entries(mounted)) writeFileSync(join(folder, name), text);
  const placed = (env as { name: string; value?: string }[]).map((one) => ({
    ...one,
    ...(one.value === undefined ? {} : { value: one.value.replace(/^\/init-pod\/\w+/, folder) }),
  }));
  return await run({ command, env: placed }, secrets);
}

function nothingLeft(): boolean {
  return !existsSync(file) && !existsSync(`${file}.part`);
}

describe.skipIf(!needed)("credentials", () => {
  test("are saved for everyone who mounts them to read, and stand in no log", async () => {
    const { code, log } = await fetched();
    expect(code, log).toBe(0);
    expect(readFileSync(file, "utf8")).toBe(answerText);
    expect(statSync(file).mode & 0o777).toBe(0o444);
    expect(readdirSync(join(folder, "db"))).toEqual(["login.json"]);
    expect(log).toBe(`HTTP 200, ${answerText.length} bytes\nsaved ${file}\n`);
    expect(seen).toMatchObject([{ method: "GET", body: "" }]);
  });

  test("are asked for with the token that is mounted, and with headers of Secrets", async () => {
    const secretHeaders = { "X-Key": { secret: "api", key: "key" } };
    const { code, log } = await fetched({ audience: "vault", secretHeaders }, { token: "a.b.c" }, { "api/key": "k3y" });
    expect(code, log).toBe(0);
    expect(seen[0]?.headers).toMatchObject({ authorization: "Bearer a.b.c", "x-key": "k3y" });
  });

  test.each([
    ["of the arguments", '{"a": "x\\y"}\n\r\n\tü&%$(HOME)'],
    ["that begins with what means a file to curl", "@/etc/passwd"],
  ])("are asked for by POST with a body %s", async (_, body) => {
    const { code, log } = await fetched({ body, headers: { "Content-Type": "application/json" } });
    expect(code, log).toBe(0);
    expect(seen).toMatchObject([{ method: "POST", body, headers: { "content-type": "application/json" } }]);
  });

  test("are asked for by POST with a body of a Secret, which no redirect gets", async () => {
    answer = (response) => response.writeHead(307, { location: "/elsewhere" }).end();
    const secretBody = { secret: "api", key: "body" };
    const { code, log } = await fetched({ secretBody }, {}, { "api/body": "s3cr3t-body" });
    expect(code).toBe(47);
    expect(seen).toMatchObject([{ method: "POST", body: "s3cr3t-body" }]);
    expect(log).not.toContain("s3cr3t");
    expect(nothingLeft()).toBe(true);
  });

  test.each([
    ["an error page", 22, (response: ServerResponse) => response.writeHead(500).end("<h1>error</h1>")],
    ["a missing page", 22, (response: ServerResponse) => response.writeHead(404).end("<h1>not here</h1>")],
    ["an empty answer", 1, (response: ServerResponse) => response.end()],
    [
      "half an answer",
      18,
      (response: ServerResponse) => {
        response.writeHead(200, { "content-length": "100" }).write("half");
        setTimeout(() => response.destroy(), 20);
      },
    ],
    ["an answer that takes too long", 28, (response: ServerResponse) => response.write("slow")],
  ])("are not there after %s", async (_, code, how) => {
    answer = how;
    const ended = await fetched({ timeoutSeconds: 1 });
    expect(ended.code, ended.log).toBe(code);
    expect(ended.log).not.toMatch(/error<|not here|half|slow/);
    expect(nothingLeft()).toBe(true);
  });

  test("come from a server with certificates of its own authority, and from no other", async () => {
    const { key, certificate } = await selfSigned(folder);
    const secure = createSecureServer({ key, cert: certificate }, (_, response) => response.end(answerText));
    await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void secure.close());
    const url = `https://127.0.0.1:${(secure.address() as AddressInfo).port}/`;
    expect((await fetched({ url })).code).toBe(60);
    expect(nothingLeft()).toBe(true);
    const { code, log } = await fetched({ url, ca: certificate }, { "ca.crt": certificate });
    expect(code, log).toBe(0);
  });

  test("come through a proxy, whose password stands in no log", async () => {
    const asked: IncomingMessage[] = [];
    const proxy = createServer((request, response) => {
      asked.push(request);
      ask(request.url ?? "", (inner) => inner.pipe(response)).end();
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void proxy.close());
    const { port } = proxy.address() as AddressInfo;
    const { code, log } = await fetched({ proxy: `http://me:pa55word@127.0.0.1:${port}` });
    expect(code, log).toBe(0);
    expect(asked[0]?.headers["proxy-authorization"]).toBe(`Basic ${Buffer.from("me:pa55word").toString("base64")}`);
    expect(log).not.toContain("pa55word");
    proxy.close();
    const refused = await fetched({ proxy: "http://me:pa55word@127.0.0.1:9" });
    expect(refused.code).toBe(7);
    expect(refused.log).not.toContain("pa55word");
  });
});

describe("the volumes of credentials", () => {
  const init = [
    {
      credentials: {
        url: "https://vault/",
        to: "/secrets/db/login",
        audience: "vault",
        ca: "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----",
      },
    },
    { run: { script: "true", writes: ["/srv/x"] } },
  ];

  test("are in memory, and mounted in this step and, read-only, in the app", () => {
    expect(spec({ init }).volumes).toContainEqual({
      name: "secrets-db",
      emptyDir: { medium: "Memory", sizeLimit: "16Mi" },
    });
    expect(mounts(steps({ init })[0])).toContain("/secrets/db:secrets-db");
    expect(mounts(steps({ init })[1])).toEqual(["/srv:srv"]);
    expect(mounts(spec({ init }).containers[0])).toEqual(["/srv:srv:ro", "/secrets/db:secrets-db:ro"]);
  });

  test("give the token and the certificates to this step alone", () => {
    const { volumes, containers, automountServiceAccountToken } = spec({ init });
    expect(automountServiceAccountToken).toBe(false);
    expect(volumes).toContainEqual({
      name: "credentials-token",
      projected: {
        sources: [{ serviceAccountToken: { audience: "vault", expirationSeconds: 600, path: "token" } }],
      },
    });
    const own = ["/init-pod/ca:credentials-ca:ro", "/init-pod/token:credentials-token:ro"];
    expect(mounts(steps({ init })[0])).toEqual(expect.arrayContaining(own));
    expect(JSON.stringify([steps({ init })[1], containers])).not.toMatch(/credentials-|\/init-pod/);
  });
});

test("credentials have the defaults that their documentation names", () => {
  const [one] = steps({ init: [{ credentials: { url: "https://vault/", to: "/secrets/db/login" } }] });
  expect(one?.env).toEqual(
    expect.arrayContaining([
      { name: "INIT_POD_ATTEMPTS", value: "3" },
      { name: "INIT_POD_TIMEOUT_SECONDS", value: "60" },
      { name: "INIT_POD_CONNECT_TIMEOUT_SECONDS", value: "10" },
      { name: "INIT_POD_MODE", value: "0444" },
    ]),
  );
});

describe("credentials are refused", () => {
  const good = { url: "https://vault/", to: "/secrets/db/login" };
  const inIt = (more: object): Record<string, string> => fixes({ init: [{ credentials: { ...good, ...more } }] });

  test.each([
    [{ url: "vault" }, "init[0].credentials.url", "http"],
    [{ to: "login" }, "init[0].credentials.to", "absolute path"],
    [{ audience: "" }, "init[0].credentials.audience", "not empty"],
    [{ body: "" }, "init[0].credentials.body", "not empty"],
    [{ body: "a", secretBody: { secret: "s", key: "k" } }, "init[0].credentials.secretBody", "body as well"],
    [{ audience: "a", headers: { authorization: "Basic x" } }, "init[0].credentials.audience", "among the headers"],
    [{ ca: "/etc/ca.crt" }, "init[0].credentials.ca", "PEM"],
    [{ proxy: "proxy:3128" }, "init[0].credentials.proxy", "address of a proxy"],
    [{ mode: "rw" }, "init[0].credentials.mode", "octal"],
  ])("%j", (more, field, fix) => {
    expect(inIt(more)[field]).toContain(fix);
  });

  test("where the app could see what is needed to ask", () => {
    const key = { secret: "s", key: "k" };
    const app = { image: "app", secretEnv: { A: key } };
    const refused = fixes({
      container: app,
      init: [{ credentials: { ...good, secretBody: key, secretHeaders: { Authorization: key } } }],
    });
    expect(Object.keys(refused)).toEqual([
      "init[0].credentials.secretHeaders.Authorization",
      "init[0].credentials.secretBody",
    ]);
  });

  test.each([
    [
      "in a folder that another step writes to",
      { init: [{ credentials: good }, { run: { script: "true", writes: ["/secrets/db/x"] } }] },
      "init[1] writes to /secrets/db",
    ],
    [
      "within such a folder",
      { init: [{ credentials: good }, { run: { script: "true", writes: ["/secrets/x"] } }] },
      "init[1] writes to /secrets",
    ],
    [
      "in a volume",
      { init: [{ credentials: good }], volumes: { all: { mountPath: "/secrets" } } },
      "volume all is mounted at /secrets",
    ],
    [
      "within a folder of others",
      { init: [{ credentials: good }, { credentials: { ...good, to: "/secrets/db/more/x" } }] },
      "lies within /secrets/db",
    ],
    ["at a path twice", { init: [{ credentials: good }, { credentials: good }] }, "written by init[0] already"],
  ])("%s", (_, args, fix) => {
    expect(Object.values(fixes(args)).join("\n")).toContain(fix);
  });

  test("but not in one folder for two of them", () => {
    const init = [{ credentials: good }, { credentials: { ...good, to: "/secrets/db/other" } }];
    expect(fixes({ init })).toEqual({});
    expect(mounts(steps({ init })[1])).toEqual(["/secrets/db:secrets-db"]);
  });
});
