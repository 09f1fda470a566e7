import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ClusterClient } from "../../../../components/cluster/api/client.ts";
import { KubeconfigError } from "../../../../components/cluster/api/errors.ts";
import * as known from "../../../../components/cluster/api/kubeconfig/fields.ts";
import fields from "../../../fixtures/kubeconfigFields.json";
import { LoopbackProxy } from "../../../support/loopbackProxy.ts";
import { certificateFor, loopbackCertificate, trusting } from "../../loopbackCertificate.ts";
import { told } from "./kubeconfig/plugin.ts";
import { type Parts, secret } from "./kubeconfig/row.ts";
import { rowsFor } from "./kubeconfig/rows.ts";
import { Recorder, requestsWith } from "./kubeconfig/wire.ts";

const folder = mkdtempSync(join(tmpdir(), "init-pod-fields-"));
const own = loopbackCertificate();
const innerCertificate = certificateFor("DNS:inner.example");
const server = await new Recorder(own).start();
const inner = await new Recorder(innerCertificate).start();
const plain = await new Recorder().start();
const proxies = {
  http: await LoopbackProxy.http(),
  https: await LoopbackProxy.http(own),
  socks: await LoopbackProxy.socks(),
};
const rows = rowsFor({ folder, server, inner, plain, own, proxies });

afterAll(() => {
  for (const each of [server, inner, plain, ...Object.values(proxies)]) each.stop();
  rmSync(folder, { recursive: true });
});

/** With the context "x" of cluster "c" and user "u". */
function kubeconfig(parts: Parts, authority = own): string {
  const trust = parts.untrusted === true ? {} : trusting(authority);
  return JSON.stringify({
    "current-context": "x",
    clusters: [{ name: "c", cluster: { server: server.url, ...trust, ...parts.cluster } }],
    users: [{ name: "u", user: parts.user ?? { token: "plain" } }],
    contexts: [{ name: "x", context: parts.context ?? { cluster: "c", user: "u" } }],
    ...parts.config,
  });
}

async function refusal(parts: Parts): Promise<Error> {
  const authority = parts.cluster?.server === inner.url ? innerCertificate : own;
  const attempt = ClusterClient.connect({ kubeconfig: kubeconfig(parts, authority), folder }).then(async (client) => {
    await client.json("/version").finally(() => client.close());
  });
  const error: unknown = await attempt.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Error);
  return error as Error;
}

const { source, ...types } = fields;

test(`the table has a row for each field of ${source}`, () => {
  expect(all.filter(({ honoured, refused }) => honoured.length + refused.length === 0)).toEqual([]);
  const ofRows = Object.entries(rows).map(([type, row]) => [type, Object.keys(row)]);
  expect(Object.fromEntries(ofRows)).toEqual(types);
  const ofCode = {
    Cluster: known.clusterFields,
    AuthInfo: known.userFields,
    Context: known.contextFields,
    AuthProviderConfig: known.authProviderFields,
    ExecConfig: known.execFields,
  };
  for (const [type, table] of Object.entries(ofCode)) {
    expect(Object.keys(table)).toEqual(types[type as keyof typeof types]);
  }
});

const all = Object.entries(rows).flatMap(([type, ofType]) =>
  Object.entries(ofType).map(([name, row]) => ({ field: `${type} ${name}`, ...row })),
);

test.each(all.filter(({ honoured }) => honoured.length > 0))(
  "$field is honoured in the requests of `up`, `status` and the forward",
  async ({ honoured }) => {
    for (const { seen, on = server, by, asked, told: expected, ...parts } of honoured) {
      const before = by?.asked.length ?? 0;
      const content = kubeconfig(parts, on === inner ? innerCertificate : own);
      const [request, forwards] = await requestsWith({ kubeconfig: content, folder }, on);
      expect({ authorization: undefined, as: undefined, encoding: undefined, ...request }).toMatchObject(seen);
      // Each asks at a path of its own.
      expect(forwards).toEqual([1, 2].map(() => ({ ...request, path: undefined })));
      if (by !== undefined) expect(by.asked.slice(before)).toEqual([asked, asked, asked]);
      if (expected !== undefined) {
        expect(told(folder)).toMatchObject({ interactive: false, ...expected });
        expect("cluster" in told(folder)).toBe("cluster" in expected);
      }
    }
  },
);

test.each(all.filter(({ refused }) => refused.length > 0))(
  "$field is refused by name where it can't be honoured, and no secret is said",
  async ({ refused }) => {
    for (const { says, ...parts } of refused) {
      const error = await refusal(parts);
      expect(error.message).toMatch(says);
      expect(error.message).not.toContain(secret);
      // Who has the field is said, too.
      if (error instanceof KubeconfigError) expect(error.message).toMatch(/provider's kubeconfig|context "x"/);
    }
  },
);

test("a context's namespace is that of what names none", async () => {
  const namespaceOf = async (context: Record<string, unknown>): Promise<string> =>
    (await ClusterClient.connect({ kubeconfig: kubeconfig({ context: { cluster: "c", ...context } }) })).namespace;
  expect(await namespaceOf({ namespace: "shop" })).toBe("shop");
  expect(await namespaceOf({ namespace: "" })).toBe("default");
});

test("the proxy's own credentials reach it alone", async () => {
  const { http } = proxies;
  const cluster = { "proxy-url": http.url(`me:${secret}@`) };
  const [request] = await requestsWith({ kubeconfig: kubeconfig({ cluster }) }, server);
  expect(request.authorization).toBe("Bearer plain");
  expect(http.asked.at(-1)).toBe(`127.0.0.1:${server.port} Basic ${Buffer.from(`me:${secret}`).toString("base64")}`);
});

/** A value of each JSON type; none of them is right for all fields. */
const values = [42, true, "text", ["text"], [42], { key: "text" }, { key: 42 }];

test.each([
  ["cluster", known.clusterFields],
  ["user", known.userFields],
  ["context", known.contextFields],
] as const)("a field of a %s that has another type is named", (kind, table) => {
  for (const name of Object.keys(table)) {
    const named = values.filter((value) => {
      const problems: string[] = [];
      known.fieldsOf({ [name]: value }, table, problems);
      expect(problems.every((problem) => problem.startsWith(`${name} must be `))).toBe(true);
      return problems.length > 0;
    });
    expect(named.length, `${kind} ${name}`).toBeGreaterThan(2);
  }
});

test("null and an empty text are as if the field were missing", async () => {
  const empty = Object.fromEntries(Object.keys(known.userFields).map((name) => [name, null]));
  const [request] = await requestsWith(
    {
      kubeconfig: kubeconfig({
        user: { ...empty, token: "t", tokenFile: "", exec: null },
        cluster: { "proxy-url": "", "tls-server-name": null, "certificate-authority": "" },
      }),
    },
    server,
  );
  expect(request.authorization).toBe("Bearer t");
});

test("all that is wrong is said at once", async () => {
  const error = await refusal({ cluster: { "proxy-url": "x" }, user: { password: "p", "as-uid": "1" } });
  expect(error.message.split("\n")).toHaveLength(3);
});

test("a server that wants credentials over plain HTTP is told from one that doesn't", async () => {
  const { createServer } = await import("node:http");
  const picky = createServer((_request, response) => response.writeHead(401).end());
  await new Promise<void>((resolve) => picky.listen(0, "127.0.0.1", resolve));
  const { port } = picky.address() as { port: number };
  try {
    const cluster = { server: `http://127.0.0.1:${port}` };
    expect((await refusal({ cluster, user: { token: secret } })).message).toMatch(
      /speaks plain HTTP, over which the credentials of user "u" are not sent: .*https:\/\//,
    );
    expect(await refusal({ cluster, user: {} })).toMatchObject({ status: 401 });
  } finally {
    picky.close();
  }
});
