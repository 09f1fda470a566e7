import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, request as ask, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bridgeAddress } from "../../sandbox/cluster/constants.ts";
import { selfSigned } from "./support/certificate.ts";
import { images } from "./support/programs.ts";
import { diagnostics, kubectl, objects, TestStack } from "./support/stack.ts";

const page = "a page of the tests";
const bytes = 1024 ** 3;
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
/** Of as many zeros. */
const hugeSum = "49bc20df15e412a64472421e13fe86ff1c5165e18b2afccf160d4dc19fe68a14";

const answers: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  "/page": (_, response) => response.end(page),
  "/moved": (_, response) => response.writeHead(302, { location: "/page" }).end(),
  "/404": (_, response) => response.writeHead(404).end("<h1>not here</h1>"),
  "/500": (_, response) => response.writeHead(500).end("<h1>out of order</h1>"),
  "/slow": (_, response) => void response.writeHead(200, { "content-length": "100" }).write("slow"),
  "/cut": (_, response) => {
    response.writeHead(200, { "content-length": "100" }).write("half");
    setTimeout(() => response.destroy(), 50);
  },
  "/huge": (_, response) => {
    response.writeHead(200, { "content-length": String(bytes) });
    const zeros = Buffer.alloc(1024 ** 2);
    let left = bytes / zeros.length;
    const more = (): void => {
      while (left > 0) {
        left--;
        if (!response.write(zeros)) return void response.once("drain", more);
      }
      response.end();
    };
    more();
  },
};

const handle = (request: IncomingMessage, response: ServerResponse): void => {
  const { pathname } = new URL(request.url ?? "/", "http://x");
  (answers[pathname] ?? answers["/404"])?.(request, response);
};

async function listening(server: Server): Promise<string> {
  server.listen(0, bridgeAddress);
  await once(server, "listening");
  return `${bridgeAddress}:${(server.address() as AddressInfo).port}`;
}

/** InitPods by name, each with one step. */
function program(steps: Record<string, object>, more = ""): string {
  return `
const { InitPod } = require("init-pod");
for (const [name, step] of Object.entries(${JSON.stringify(steps)})) {
  const web = new InitPod(name, {
    init: [{ image: "${images.curl}", retries: 0, ...step }],
    container: { image: "${images.busybox}", command: ["sleep", "3600"] },
    podSpec: { terminationGracePeriodSeconds: 0 },
    ${more}
  });
  exports[name] = web.podName;
}
`;
}

describe("a download, and credentials,", () => {
  let stack: TestStack;
  let secure: Server;
  const plain = createServer(handle);
  const proxied: string[] = [];
  const proxy = createServer((request, response) => {
    proxied.push(request.url ?? "");
    ask(request.url ?? "", { headers: request.headers }, (inner) => inner.pipe(response)).end();
  });
  let at: Record<"plain" | "secure" | "proxy", string>;
  let ca: string;

  beforeAll(async () => {
    stack = await TestStack.create("");
    const { key, certificate } = await selfSigned(stack.folder, bridgeAddress);
    ca = certificate;
    secure = createSecureServer({ key, cert: certificate }, handle);
    at = {
      plain: `http://${await listening(plain)}`,
      secure: `https://${await listening(secure)}`,
      proxy: `http://${await listening(proxy)}`,
    };
  });
  afterAll(async () => {
    for (const server of [plain, secure, proxy]) {
      server.closeAllConnections();
      server.close();
    }
    await stack.remove();
  });

  /** Both kinds with the same arguments. */
  const both = (name: string, value: object): Record<string, object> => ({
    [`${name}-download`]: { download: { to: "/data/file", attempts: 1, ...value } },
    [`${name}-credentials`]: { credentials: { to: "/data/file", attempts: 1, ...value } },
  });

  test("follow a redirect, trust an own authority, and go through a proxy", async () => {
    const ways = {
      ...both("moved", { url: `${at.plain}/moved` }),
      ...both("own-ca", { url: `${at.secure}/page`, ca }),
      ...both("proxy", { url: `${at.plain}/page?proxied`, proxy: at.proxy }),
      sum: { download: { url: `${at.plain}/page`, to: "/data/file", sha256: sha256(page) } },
    };
    stack.write(program(ways));
    await stack.up();
    const pods = await objects<{ metadata: { name: string } }>("pods", stack.namespace);
    expect(pods).toHaveLength(Object.keys(ways).length);
    for (const { metadata } of pods) {
      const read = ["exec", metadata.name, "-n", stack.namespace, "-c", "app", "--", "cat", "/data/file"];
      expect(await kubectl(read), metadata.name).toBe(page);
    }
    expect(proxied).toEqual([`${at.plain}/page?proxied`, `${at.plain}/page?proxied`]);
  });

  test("fail with curl's reason, and show nothing of the answer, in one `up` within seconds", async () => {
    const failing: Record<string, object> = {
      ...both("missing", { url: `${at.plain}/404` }),
      ...both("broken", { url: `${at.plain}/500` }),
      ...both("slow", { url: `${at.plain}/slow`, timeoutSeconds: 2 }),
      ...both("cut", { url: `${at.plain}/cut` }),
      ...both("untrusted", {
        url: `${at.secure}/page`,
        ca: (await selfSigned(stack.project, bridgeAddress)).certificate,
      }),
      sum: { download: { url: `${at.plain}/page`, to: "/data/file", sha256: sha256("another page") } },
    };
    stack.write(program(failing));
    const { code, output, seconds } = await stack.tryUp();
    expect(code).not.toBe(0);
    expect(seconds).toBeLessThan(90);
    // Long lines are broken where a word ends.
    const told = diagnostics(output);
    const words = told.replace(/\s+/g, " ");
    const codes = { missing: 22, broken: 22, slow: 28, cut: 18, untrusted: 60 };
    for (const [name, exit] of Object.entries(codes)) {
      for (const kind of ["download", "credentials"]) {
        const error = new RegExp(
          `of Pod [^/]+/${name}-${kind}-\\w+ failed after 1 attempt: exit code ${exit} \\(curl: `,
        );
        expect(words, `${name} ${kind}`).toMatch(error);
      }
    }
    expect(words).toContain("the checksum does not fit: expected");
    expect(output).not.toMatch(/not here|out of order|half|<h1>/);
    expect(told.match(/^ *error:/gm)).toHaveLength(Object.keys(failing).length);
  });

  test("take 1 GiB, whose checksum fits", async () => {
    const huge = { download: { url: `${at.plain}/huge`, to: "/data/file", sha256: hugeSum } };
    stack.write(program({ huge }, `volumes: { data: { mountPath: "/data", emptyDir: { sizeLimit: "2Gi" } } },`));
    await stack.up();
    const pod = await stack.output("huge");
    const stat = ["exec", pod, "-n", stack.namespace, "-c", "app", "--", "stat", "-c", "%s", "/data/file"];
    expect((await kubectl(stat)).trim()).toBe(String(bytes));
  });
});
