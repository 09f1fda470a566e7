import { answer, run, v1 } from "./plugin.ts";
import { type Rows, secret } from "./row.ts";
import { base64, type Setting } from "./setting.ts";

/** Of an auth provider. */
export function providerRows(): Rows {
  return {
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
  };
}

/** Of a credential plugin. */
export function pluginRows({ server, own, authority, exec, me, other }: Setting): Rows {
  const answering = (value: string): Record<string, unknown> => ({
    exec: { ...exec, env: [{ name: "ANSWER", value }] },
  });
  const certified = (clientCertificateData: string, clientKeyData: string): string =>
    answer(JSON.stringify({ clientCertificateData, clientKeyData }));
  return {
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
        {
          user: answering(certified(me.cert, me.key)),
          seen: { certificate: "me", authorization: undefined },
        },
      ],
      refused: [
        { user: { exec: { ...exec, apiVersion: "" } }, says: /exec has no apiVersion: it takes client\.auth/ },
        {
          user: { exec: { ...exec, apiVersion: `${v1}alpha1` } },
          says: /exec\.apiVersion .*v1alpha1 is not known: it takes/,
        },
        {
          user: answering(`{"apiVersion":"${v1}beta1","kind":"ExecCredential"}`),
          says: /it answers with .*v1beta1 ExecCredential, and the kubeconfig asks for .*v1 ExecCredential/,
        },
        ...Object.entries({
          [secret]: /its answer is no JSON object/,
          [answer("null")]: /its answer has neither a token nor a certificate/,
          [answer(`{"clientKeyData":"${secret}"}`)]: /its answer has a key and no certificate/,
          [answer(`{"clientKeyData":"${secret}","clientCertificateData":"x"}`)]:
            /the certificate in its answer is none/,
          [certified(me.cert, secret)]: /the key in its answer is none/,
          [certified(me.cert, other.key)]: /the key in its answer is not that of the certificate/,
        }).map(([value, says]) => ({ user: answering(value), says })),
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
