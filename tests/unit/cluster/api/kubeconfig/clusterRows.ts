import { trusting } from "../../../loopbackCertificate.ts";
import { run } from "./plugin.ts";
import { asPlain, type Rows, secret } from "./row.ts";
import { base64, type Setting } from "./setting.ts";

/** Of a cluster. */
export function clusterRows({ server, inner, plain, own, proxies, authority, file, exec }: Setting): Rows {
  const away = `https://nowhere.invalid:${server.port}`;
  return {
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
  };
}
