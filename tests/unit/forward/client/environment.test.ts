import { describe, expect, test } from "vitest";
import { daemonEnvironment } from "../../../../components/forward/client/environment.ts";

describe("the daemon's environment", () => {
  test("holds nothing of Pulumi, of Node or of secret variables", () => {
    const env = daemonEnvironment({
      PULUMI_CONFIG: '{"a:password":"secret"}',
      PULUMI_CONFIG_PASSPHRASE: "secret",
      NODE_OPTIONS: "--inspect",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_ACCESS_KEY_ID: "secret",
      GITHUB_TOKEN: "secret",
      AZURE_CLIENT_SECRET: "secret",
      GOOGLE_APPLICATION_CREDENTIALS: '{"private_key":"secret"}',
    });
    expect(env).toEqual({});
  });

  test("holds what finds programs, files, proxies and profiles", () => {
    const env = {
      PATH: "/bin",
      HOME: "/home/me",
      XDG_STATE_HOME: "/state",
      KUBECONFIG: "/k",
      https_proxy: "http://proxy:3128",
      AWS_PROFILE: "dev",
      GOOGLE_APPLICATION_CREDENTIALS: "/key.json",
    };
    expect(daemonEnvironment(env)).toEqual(env);
  });
});
