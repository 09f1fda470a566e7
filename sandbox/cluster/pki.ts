import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../machine/run.ts";
import { apiServiceAddress, bridgeAddress, nodeName } from "./constants.ts";

/** Everybody but the API server's own kubelet client comes with a token: no bootstrap and no RBAC objects are needed. */
const users = {
  admin: ["admin", "system:masters"],
  "controller-manager": ["system:kube-controller-manager", ""],
  scheduler: ["system:kube-scheduler", ""],
  kubelet: [`system:node:${nodeName}`, "system:nodes"],
  proxy: ["system:kube-proxy", ""],
  dns: ["init-pod-sandbox-dns", "system:masters"],
} as const;

export type User = keyof typeof users;

export interface Pki {
  folder: string;
  /** PEM of the authority that signed the API server's certificate. */
  authority: Buffer;
  tokens: Record<User, string>;
}

const days = "3650";

/** Made once for the life of the state folder; complete or absent. */
export async function ensurePki(folder: string, env: NodeJS.ProcessEnv): Promise<Pki> {
  if (!existsSync(folder)) {
    const unfinished = `${folder}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true, mode: 0o700 });
    await createCertificates(unfinished, env);
    createTokens(unfinished);
    renameSync(unfinished, folder);
  }
  return readPki(folder);
}

export function readPki(folder: string): Pki {
  const lines = readFileSync(join(folder, "tokens.csv"), "utf8").trim().split("\n");
  const tokens = Object.fromEntries(
    lines.map((line): [string, string] => {
      const [token = "", , user = ""] = line.split(",");
      return [user, token];
    }),
  );
  return { folder, authority: readFileSync(join(folder, "ca.crt")), tokens: tokens as Pki["tokens"] };
}

function createTokens(folder: string): void {
  const lines = Object.entries(users).map(([key, [name, group]]) => {
    const fields = [randomBytes(24).toString("hex"), name, key, ...(group === "" ? [] : [`"${group}"`])];
    return fields.join(",");
  });
  writeFileSync(join(folder, "tokens.csv"), `${lines.join("\n")}\n`, { mode: 0o600 });
}

async function createCertificates(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const openssl = (...args: string[]) => run("openssl", args, { cwd: folder, env });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await openssl(
    "req",
    "-x509",
    ...newKey,
    "-keyout",
    "ca.key",
    "-out",
    "ca.crt",
    "-days",
    days,
    "-subj",
    "/CN=init-pod-sandbox",
  );
  const sign = async (name: string, subject: string, extensions: string) => {
    writeFileSync(join(folder, `${name}.ext`), extensions);
    await openssl("req", "-new", ...newKey, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", subject);
    const files = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-in", `${name}.csr`, "-out", `${name}.crt`];
    await openssl("x509", "-req", ...files, "-days", days, "-extfile", `${name}.ext`);
  };
  const names = [
    ...["127.0.0.1", bridgeAddress, apiServiceAddress].map((address) => `IP:${address}`),
    ...["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"].map((name) => `DNS:${name}`),
  ];
  await sign("apiserver", "/CN=kube-apiserver", `subjectAltName=${names.join(",")}\nextendedKeyUsage=serverAuth\n`);
  await sign("kubelet-client", "/O=system:masters/CN=kube-apiserver-kubelet-client", "extendedKeyUsage=clientAuth\n");
  await openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "service-account.key");
  await openssl("ec", "-in", "service-account.key", "-pubout", "-out", "service-account.pub");
}

export function kubeconfig(pki: Pki, user: User, server: string, context: string): string {
  return `${JSON.stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      "current-context": context,
      clusters: [
        { name: context, cluster: { server, "certificate-authority-data": pki.authority.toString("base64") } },
      ],
      users: [{ name: context, user: { token: pki.tokens[user] } }],
      contexts: [{ name: context, context: { cluster: context, user: context } }],
    },
    null,
    2,
  )}\n`;
}
