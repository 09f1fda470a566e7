import { run } from "./plugin.ts";
import { ignored, type Rows, secret } from "./row.ts";
import { base64, type Setting } from "./setting.ts";

/** Of a user. */
export function userRows({ me, other, certificate, key, data, file, exec }: Setting): Rows {
  return {
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
    extensions: ignored({ user: { token: "plain", extensions: [{ name: "a", extension: {} }] } }),
  };
}
