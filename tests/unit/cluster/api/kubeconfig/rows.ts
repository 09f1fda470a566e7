import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LoopbackProxy } from "../../../../support/loopbackProxy.ts";
import { type Certificate, certificateFor, trusting } from "../../../loopbackCertificate.ts";
import type { Recorder, Seen } from "./wire.ts";

/** Parts of a kubeconfig that a row sets; each in the place of the plain one. */
export interface Parts {
  config?: object;
  /** Beside the authority of the server's certificate, unless `untrusted`. */
  cluster?: Record<string, unknown>;
  untrusted?: boolean;
  user?: Record<string, unknown>;
  context?: Record<string, unknown>;
}

/** What one field does: what a server sees with it, and with which words its bad values are refused. */
export interface Row {
  honoured: (Parts & { seen: Partial<Seen>; on?: Recorder; by?: LoopbackProxy; asked?: string; told?: object })[];
  refused: (Parts & { says: RegExp })[];
}

/** What the rows are about; no error may have it. */
export const secret = "s3cret";

export interface Surroundings {
  folder: string;
  /** Its certificate is for this machine. */
  server: Recorder;
  /** Its certificate is for `inner.example`. */
  inner: Recorder;
  /** Without TLS. */
  plain: Recorder;
  own: Certificate;
  proxies: Record<"http" | "https" | "socks", LoopbackProxy>;
}

const v1 = "client.authentication.k8s.io/v1";
const plainUser = { token: "plain" };

/** A row for each field of each type. */
export function rowsFor(around: Surroundings): Record<string, Record<string, Row>> {
  const { folder, server, inner, plain, own, proxies } = around;
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return name;
  };
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const me = certificateFor("DNS:me", "/CN=me");
  const other = certificateFor("DNS:other", "/CN=other");
  const authority = file("ca.crt", own.cert);
  const [certificate, key] = [file("me.crt", me.cert), file("me.key", me.key)];
  const data = { "client-certificate-data": base64(me.cert), "client-key-data": base64(me.key) };
  const plugin = tellingPlugin(folder);
  const exec = { command: plugin.command, apiVersion: v1, interactiveMode: "Never" };
  const [run, asPlain] = [{ authorization: "Bearer arguments::own:" }, { authorization: "Bearer plain" }];
  const away = `https://nowhere.invalid:${server.port}`;
  const ignored = (parts: Parts): Row => ({ honoured: [{ ...parts, seen: asPlain }], refused: [] });

  return {
    Config: {
      kind: {
        honoured: [{ config: { kind: "Config" }, seen: asPlain }],
        refused: [{ config: { kind: "Pod" }, says: /its kind is "Pod", and not Config/ }],
      },
      apiVersion: {
        honoured: [{ config: { apiVersion: "v1" }, seen: asPlain }],
        refused: [{ config: { apiVersion: "v2" }, says: /its apiVersion is "v2", and not v1/ }],
      },
      preferences: ignored({ config: { preferences: { colors: true } } }),
      clusters: {
        honoured: [],
        refused: [
          { config: { clusters: {} }, says: /it is no kubeconfig/ },
          { config: { clusters: [] }, says: /No cluster "c" in .*, which context "x" names\. It has: none/ },
          { config: { clusters: [{ name: "c" }, { name: "c" }] }, says: /has two clusters named "c": rename one/ },
          { config: { clusters: [{ name: "c" }] }, says: /Cluster "c" of .*: server is missing/ },
        ],
      },
      users: {
        honoured: [],
        refused: [
          { config: { users: "all" }, says: /it is no kubeconfig/ },
          { config: { users: [{ name: "me" }] }, says: /No user "u" in .*, which context "x" names\. It has: me/ },
          { config: { users: [{ name: "u" }, { name: "u" }] }, says: /has two users named "u"/ },
          { config: { users: [{ name: "u", user: [] }] }, says: /User "u" of .*: it must be an object/ },
        ],
      },
      contexts: {
        honoured: [],
        refused: [
          { config: { contexts: [1] }, says: /it is no kubeconfig/ },
          { config: { contexts: [] }, says: /No context "x" in .*It has: none/ },
          { config: { contexts: [{ name: "x" }, { name: "x" }] }, says: /has two contexts named "x"/ },
        ],
      },
      "current-context": {
        honoured: [],
        refused: [
          { config: { "current-context": "" }, says: /has no current context/ },
          { config: { "current-context": "y" }, says: /No context "y" in .*It has: x/ },
        ],
      },
      extensions: ignored({ config: { extensions: [{ name: "minikube.sigs.k8s.io", extension: {} }] } }),
    },

    Cluster: {
      server: {
        honoured: [
          { cluster: { server: `${server.url}/k8s/clusters/c-1/` }, seen: { path: "/k8s/clusters/c-1/version" } },
          { cluster: { server: `${server.url}/c-1?a=b#c` }, seen: { path: "/c-1/version" } },
          // As by kubectl, nobody's credentials go over plain HTTP; whom the request is made as does.
          {
            cluster: { server: plain.url },
            user: { token: secret, as: "deployer" },
            on: plain,
            seen: { path: "/version", authorization: undefined, as: { user: ["deployer"] } },
          },
          {
            cluster: { server: plain.url.replace("http://", "") },
            user: { username: "me", password: secret, exec },
            on: plain,
            seen: { authorization: undefined },
          },
        ],
        refused: [
          { cluster: { server: "https://a b" }, says: /its server is not a URL/ },
          { cluster: { server: "ftp://a" }, says: /its server must begin with https:\/\/ or http:\/\// },
          { cluster: { server: "a.example/path" }, says: /its server must begin with https:\/\/ or http:\/\// },
          { cluster: { server: `https://me:${secret}@a` }, says: /its server has a user in it/ },
        ],
      },
      "tls-server-name": {
        honoured: [
          {
            cluster: { server: inner.url, "tls-server-name": "inner.example" },
            on: inner,
            seen: { ...asPlain, name: "inner.example" },
          },
        ],
        refused: [{ cluster: { server: inner.url, "tls-server-name": "other.example" }, says: /altnames/ }],
      },
      "insecure-skip-tls-verify": {
        honoured: [
          { cluster: { "insecure-skip-tls-verify": true }, untrusted: true, seen: asPlain },
          { cluster: { "insecure-skip-tls-verify": false }, seen: asPlain },
        ],
        refused: [
          { cluster: { "insecure-skip-tls-verify": false }, untrusted: true, says: /self-signed certificate/ },
          {
            cluster: { "insecure-skip-tls-verify": true },
            says: /certificate-authority-data and insecure-skip-tls-verify contradict each other/,
          },
        ],
      },
      "certificate-authority": {
        honoured: [{ cluster: { "certificate-authority": authority }, untrusted: true, seen: asPlain }],
        refused: [
          {
            cluster: { "certificate-authority": authority },
            says: /certificate-authority and certificate-authority-data are both set/,
          },
          {
            cluster: { "certificate-authority": "no.crt" },
            untrusted: true,
            says: /certificate-authority .*no\.crt can't be read: no such file/,
          },
          {
            cluster: { "certificate-authority": file("no-ca.crt", secret) },
            untrusted: true,
            says: /certificate-authority .*no-ca\.crt holds no certificate \(PEM\)/,
          },
        ],
      },
      "certificate-authority-data": {
        honoured: [{ cluster: { ...trusting(own) }, untrusted: true, seen: asPlain }],
        refused: [
          { cluster: { "certificate-authority-data": "%%%" }, says: /certificate-authority-data is not base64/ },
          {
            cluster: { "certificate-authority-data": base64("no") },
            says: /certificate-authority-data holds no certificate/,
          },
        ],
      },
      "proxy-url": {
        honoured: (["http", "https", "socks"] as const).map((kind) => ({
          // Only the proxy knows such a name.
          cluster: { server: away, "tls-server-name": "localhost", "proxy-url": proxies[kind].url() },
          seen: asPlain,
          by: proxies[kind],
          asked: new URL(away).host,
        })),
        refused: [
          {
            cluster: { "proxy-url": `ftp://me:${secret}@proxy` },
            says: /proxy-url ftp:\/\/…@proxy must begin with http:\/\/, https:\/\/ or socks5:\/\//,
          },
          { cluster: { "proxy-url": `me:${secret}@proxy:80` }, says: /proxy-url …@proxy:80 must begin with/ },
          { cluster: { "proxy-url": "socks4://proxy" }, says: /proxy-url socks4:\/\/proxy must begin with/ },
          { cluster: { "proxy-url": "http://a b" }, says: /proxy-url http:\/\/a b is not a URL/ },
        ],
      },
      "disable-compression": {
        // Answers are never asked for in a compressed form.
        honoured: [true, false].map((is) => ({
          cluster: { "disable-compression": is },
          seen: { ...asPlain, encoding: undefined },
        })),
        refused: [],
      },
      extensions: {
        honoured: [
          {
            cluster: { extensions: [{ name: "client.authentication.k8s.io/exec", extension: { audience: "a" } }] },
            user: { exec: { ...exec, provideClusterInfo: true } },
            seen: run,
            told: { cluster: { config: { audience: "a" } } },
          },
          { cluster: { extensions: [{ name: "other", extension: 1 }] }, seen: asPlain },
        ],
        refused: [],
      },
    },

    AuthInfo: {
      "client-certificate": {
        honoured: [
          { user: { "client-certificate": certificate, "client-key": key }, seen: { certificate: "me" } },
          {
            user: { "client-certificate": certificate, "client-key": key, token: "both", exec },
            seen: { certificate: "me", authorization: "Bearer both" },
          },
          // As with kubelet's own kubeconfig.
          {
            user: { "client-certificate": file("both.pem", me.cert + me.key), "client-key": "both.pem" },
            seen: { certificate: "me" },
          },
        ],
        refused: [
          { user: { "client-certificate": certificate }, says: /it has a client certificate, and no client-key or/ },
          {
            user: { "client-certificate": "no.crt", "client-key": key },
            says: /client-certificate .*no\.crt can't be read: no such file/,
          },
          {
            user: { ...data, "client-certificate": certificate },
            says: /client-certificate and client-certificate-data are both set/,
          },
        ],
      },
      "client-certificate-data": {
        honoured: [{ user: data, seen: { certificate: "me", authorization: undefined } }],
        refused: [
          { user: { ...data, "client-certificate-data": "%" }, says: /client-certificate-data is not base64/ },
          {
            user: { ...data, "client-certificate-data": base64(secret) },
            says: /client-certificate-data holds no certificate/,
          },
          {
            user: { ...data, "client-certificate-data": base64(other.cert) },
            says: /client-key-data is not the key of client-certificate-data/,
          },
        ],
      },
      "client-key": {
        honoured: [
          {
            user: { "client-certificate-data": data["client-certificate-data"], "client-key": key },
            seen: { certificate: "me" },
          },
        ],
        refused: [
          { user: { "client-key": key }, says: /it has client-key, and no client-certificate or/ },
          { user: { ...data, "client-key": key }, says: /client-key and client-key-data are both set/ },
          {
            user: { "client-certificate": certificate, "client-key": file("no.key", secret) },
            says: /client-key .*no\.key holds no private key/,
          },
        ],
      },
      "client-key-data": {
        honoured: [
          {
            user: { "client-certificate": certificate, "client-key-data": data["client-key-data"] },
            seen: { certificate: "me" },
          },
        ],
        refused: [
          { user: { ...data, "client-key-data": `${secret}!` }, says: /client-key-data is not base64/ },
          { user: { ...data, "client-key-data": base64(secret) }, says: /client-key-data holds no private key/ },
        ],
      },
      token: {
        honoured: [
          { user: { token: "mine" }, seen: { authorization: "Bearer mine" } },
          // What it goes before: neither is asked.
          { user: { token: "mine", exec }, seen: { authorization: "Bearer mine" } },
        ],
        refused: [
          { user: { token: secret, username: "me" }, says: /token and username are two ways to say who you are/ },
          { user: { token: `${secret}\n` }, says: /token has a line break/ },
        ],
      },
      tokenFile: {
        honoured: [
          { user: { tokenFile: file("token", "of-file\n") }, seen: { authorization: "Bearer of-file" } },
          { user: { tokenFile: "token", token: secret }, seen: { authorization: "Bearer of-file" } },
          { user: { tokenFile: "no-token", token: "instead" }, seen: { authorization: "Bearer instead" } },
        ],
        refused: [
          { user: { tokenFile: "no-token" }, says: /tokenFile .*no-token can't be read: no such file/ },
          { user: { tokenFile: file("empty", "\n") }, says: /tokenFile .*empty is empty/ },
          {
            user: { tokenFile: file("two", `${secret}\n${secret}`) },
            says: /tokenFile .*two has more than a token in it/,
          },
          { user: { tokenFile: "token", password: secret }, says: /tokenFile and password are two ways/ },
        ],
      },
      as: {
        honoured: [
          { user: { token: "t", as: "deployer" }, seen: { authorization: "Bearer t", as: { user: ["deployer"] } } },
          { user: { token: "t", as: "Jürgen 北" }, seen: { as: { user: ["Jürgen 北"] } } },
        ],
        refused: [{ user: { as: "a\r\nAuthorization: b" }, says: /as has a line break/ }],
      },
      "as-uid": {
        honoured: [{ user: { as: "a", "as-uid": "42" }, seen: { as: { user: ["a"], uid: ["42"] } } }],
        refused: [
          { user: { "as-uid": "42" }, says: /it has as-uid, and no `as`/ },
          { user: { as: "a", "as-uid": 42 }, says: /as-uid must be a text \(a number/ },
        ],
      },
      "as-groups": {
        honoured: [
          {
            user: { as: "a", "as-groups": ["g", "système:é"] },
            seen: { as: { user: ["a"], group: ["g", "système:é"] } },
          },
        ],
        refused: [
          { user: { "as-groups": ["g"] }, says: /it has as-groups, and no `as`/ },
          { user: { as: "a", "as-groups": ["g\n"] }, says: /as-groups or as-user-extra has a control character/ },
        ],
      },
      "as-user-extra": {
        honoured: [
          {
            user: { as: "a", "as-user-extra": { reason: ["b", "c"], "a.example/k": ["d"] } },
            seen: { as: { user: ["a"], "extra-reason": ["b", "c"], "extra-a.example%2fk": ["d"] } },
          },
        ],
        refused: [
          { user: { "as-user-extra": { reason: ["b"] } }, says: /it has as-user-extra, and no `as`/ },
          {
            user: { as: "a", "as-user-extra": { reason: "b" } },
            says: /as-user-extra must be a map of lists of texts/,
          },
        ],
      },
      username: {
        honoured: [
          { user: { username: "me", password: "p:w" }, seen: { authorization: `Basic ${base64("me:p:w")}` } },
          { user: { username: "me", exec }, seen: { authorization: `Basic ${base64("me:")}` } },
        ],
        refused: [{ user: { username: "me\n", password: secret }, says: /username has a line break/ }],
      },
      password: {
        honoured: [{ user: { ...data, password: secret }, seen: { certificate: "me", authorization: undefined } }],
        refused: [
          { user: { password: secret }, says: /it has a password, and no username/ },
          { user: { username: "me", password: secret, token: "t" }, says: /token and username are two ways/ },
        ],
      },
      "auth-provider": {
        honoured: [],
        refused: [
          { user: { "auth-provider": { name: "oidc" }, exec }, says: /exec and auth-provider are two ways/ },
          { user: { "auth-provider": "oidc" }, says: /auth-provider must be an object/ },
        ],
      },
      exec: {
        honoured: [{ user: { exec }, seen: run }],
        refused: [{ user: { exec: "x" }, says: /exec must be an object/ }],
      },
      extensions: ignored({ user: { ...plainUser, extensions: [{ name: "a", extension: {} }] } }),
    },

    Context: {
      cluster: { honoured: [], refused: [{ context: { user: "u" }, says: /Context "x" of .* names no cluster/ }] },
      user: {
        // Requests are nobody's then, and the server's certificate is checked all the same.
        honoured: [{ context: { cluster: "c" }, seen: { authorization: undefined } }],
        refused: [
          { context: { cluster: "c" }, untrusted: true, says: /self-signed certificate/ },
          { context: { cluster: "c", user: "v" }, says: /No user "v" in .*, which context "x" names\. It has: u/ },
        ],
      },
      namespace: {
        honoured: [],
        refused: [{ context: { cluster: "c", user: "u", namespace: 1 }, says: /namespace must be a text/ }],
      },
      extensions: ignored({ context: { cluster: "c", user: "u", extensions: [{ name: "a", extension: {} }] } }),
    },

    AuthProviderConfig: {
      name: {
        honoured: [],
        refused: [
          { user: provider("gcp", {}), says: /auth-provider "gcp" is not known .*gke-gcloud-auth-plugin/ },
          { user: provider("azure", {}), says: /auth-provider "azure" is not known .*kubelogin/ },
          { user: provider("mine", { "access-token": secret }), says: /auth-provider "mine" is not known .*Take oidc/ },
          // It is none of kubectl's either.
          { user: provider("tokenFile", { tokenFile: "token" }), says: /auth-provider "tokenFile" is not known/ },
          { user: { "auth-provider": {} }, says: /auth-provider "" is not known/ },
        ],
      },
      config: {
        honoured: [{ user: oidc({ "id-token": jwt(3600) }), seen: { authorization: `Bearer ${jwt(3600)}` } }],
        refused: [
          {
            user: { "auth-provider": { name: "oidc" } },
            says: /auth-provider oidc lacks idp-issuer-url and client-id/,
          },
          { user: oidc({ "client-id": "" }), says: /auth-provider oidc lacks client-id/ },
          { user: oidc({}), says: /has neither an id-token nor a refresh-token in its config: log in/ },
          { user: oidc({ "id-token": jwt(-60) }), says: /has an id-token that has expired .*: log in anew/ },
          { user: oidc({ "id-token": secret }), says: /has an id-token that is no JWT/ },
          { user: oidc({ "id-token": "", "refresh-token": secret }), says: /No credentials for context "x": / },
          { user: provider("oidc", { a: 1 }), says: /auth-provider\.config must be a map of texts/ },
        ],
      },
    },

    ExecConfig: {
      command: {
        honoured: [{ user: { exec: { ...exec, command: "./plugin.sh" } }, seen: run }],
        refused: [{ user: { exec: { ...exec, command: "" } }, says: /exec has no command/ }],
      },
      args: {
        honoured: [
          { user: { exec: { ...exec, args: ["a b", "c"] } }, seen: { authorization: "Bearer arguments:a b,c:own:" } },
        ],
        refused: [{ user: { exec: { ...exec, args: "a" } }, says: /exec\.args must be a list of texts/ }],
      },
      env: {
        honoured: [
          {
            user: { exec: { ...exec, env: [{ name: "OWN", value: "o" }] } },
            seen: { authorization: "Bearer arguments::own:o" },
          },
        ],
        refused: [
          { user: { exec: { ...exec, env: [{ value: secret }] } }, says: /exec\.env has a variable without a name/ },
          { user: { exec: { ...exec, env: [{ name: "A", value: 1 }] } }, says: /exec\.env must be a list of objects/ },
        ],
      },
      apiVersion: {
        honoured: [
          {
            user: { exec: { ...exec, apiVersion: `${v1}beta1`, interactiveMode: undefined } },
            seen: run,
            told: { interactive: false },
          },
        ],
        refused: [
          { user: { exec: { ...exec, apiVersion: "" } }, says: /exec has no apiVersion: it takes client\.auth/ },
          {
            user: { exec: { ...exec, apiVersion: `${v1}alpha1` } },
            says: /exec\.apiVersion .*v1alpha1 is not known: it takes/,
          },
          {
            user: {
              exec: {
                ...exec,
                env: [{ name: "ANSWER", value: `{"apiVersion":"${v1}beta1","kind":"ExecCredential"}` }],
              },
            },
            says: /it answers with .*v1beta1 ExecCredential, and the kubeconfig asks for .*v1 ExecCredential/,
          },
          ...Object.entries({
            [secret]: /its answer is no JSON object/,
            [answer("null")]: /its answer has neither a token nor a certificate/,
            [answer(`{"clientKeyData":"${secret}"}`)]: /its answer has a key and no certificate/,
            [answer(`{"clientKeyData":"${secret}","clientCertificateData":"x"}`)]:
              /the certificate in its answer is none/,
          }).map(([value, says]) => ({ user: { exec: { ...exec, env: [{ name: "ANSWER", value }] } }, says })),
        ],
      },
      installHint: {
        honoured: [],
        refused: [
          {
            user: { exec: { ...exec, command: "no-such-plugin", installHint: "Get it\u001b[31m at X." } },
            says: /its credential plugin no-such-plugin: spawn no-such-plugin ENOENT\. Get it at X\.$/,
          },
        ],
      },
      provideClusterInfo: {
        honoured: [
          {
            cluster: { server: `${server.url}/c`, "tls-server-name": "localhost", "disable-compression": true },
            user: { exec: { ...exec, provideClusterInfo: true } },
            seen: run,
            told: {
              interactive: false,
              cluster: {
                server: `${server.url}/c`,
                "tls-server-name": "localhost",
                "disable-compression": true,
                "certificate-authority-data": base64(own.cert),
              },
            },
          },
          {
            cluster: { "certificate-authority": authority },
            untrusted: true,
            user: { exec: { ...exec, provideClusterInfo: true } },
            seen: run,
            told: { cluster: { server: server.url, "certificate-authority-data": base64(own.cert) } },
          },
          { user: { exec: { ...exec, provideClusterInfo: false } }, seen: run, told: { interactive: false } },
        ],
        refused: [
          {
            user: { exec: { ...exec, provideClusterInfo: "yes" } },
            says: /exec\.provideClusterInfo must be true or false/,
          },
        ],
      },
      interactiveMode: {
        // With an input that ends at once, or such a plugin would wait for somebody to type.
        honoured: ["Never", "IfAvailable"].map((interactiveMode) => ({
          user: { exec: { ...exec, interactiveMode, env: [{ name: "READS", value: "1" }] } },
          seen: run,
          told: { interactive: false },
        })),
        refused: [
          {
            user: { exec: { ...exec, interactiveMode: "" } },
            says: /exec has no interactiveMode: it takes Never, IfAvailable or Always/,
          },
          {
            user: { exec: { ...exec, interactiveMode: "Sometimes" } },
            says: /exec\.interactiveMode Sometimes is not known/,
          },
          {
            user: { exec: { ...exec, interactiveMode: "Always" } },
            says: /plugin .*plugin\.sh needs a terminal \(interactiveMode: Always\)/,
          },
        ],
      },
    },
  };
}

function provider(name: string, config: object): Record<string, unknown> {
  return { "auth-provider": { name, config } };
}

/** Nothing answers at that issuer. */
function oidc(config: object): Record<string, unknown> {
  return provider("oidc", { "idp-issuer-url": "https://127.0.0.1:1", "client-id": "me", ...config });
}

function jwt(seconds: number): string {
  const exp = Math.floor(Date.now() / 3_600_000) * 3600 + 3600 + seconds;
  const past = seconds < 0 ? Math.floor(Date.now() / 1000) + seconds : exp;
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return [part({ alg: "none" }), part({ exp: past, sub: secret }), "signature"].join(".");
}

function answer(status: string): string {
  return `{"apiVersion":"${v1}","kind":"ExecCredential","status":${status}}`;
}

/** A plugin whose token says how it was run, and which keeps what it was told. */
function tellingPlugin(folder: string): { command: string } {
  const command = join(folder, "plugin.sh");
  writeFileSync(
    command,
    `#!/bin/sh
[ -z "$READS" ] || cat > /dev/null
printf '%s' "$KUBERNETES_EXEC_INFO" > '${join(folder, "told")}'
version=$(printf '%s' "$KUBERNETES_EXEC_INFO" | sed 's/.*"apiVersion":"\\([^"]*\\)".*/\\1/')
IFS=,
printf '%s' "\${ANSWER:-{\\"apiVersion\\":\\"$version\\",\\"kind\\":\\"ExecCredential\\",\\"status\\":{\\"token\\":\\"arguments:$*:own:$OWN\\"\\}\\}}"
`,
  );
  chmodSync(command, 0o755);
  return { command };
}

/** What the plugin was told last. */
export function told(folder: string): object {
  return (JSON.parse(readFileSync(join(folder, "told"), "utf8")) as { spec: object }).spec;
}
