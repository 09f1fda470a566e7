import { describe, expect, test } from "vitest";
import { html, mounts, steps, url } from "../podSpec.ts";
import { download, fixes, inStep, to } from "../problems.ts";

describe("a download", () => {
  const withField = (field: string, value: unknown): string[] =>
    inStep({ download: { url: "https://x/", to, [field]: value } });

  test.each([
    ["url", "ftp://x/"],
    ["url", "example.com"],
    ["url", "https://x/ y"],
    ["url", "https://x/\n"],
    ["url", undefined],
    ["to", "relative"],
    ["to", "/data/../etc/passwd"],
    ["to", "/data//x"],
    ["to", "/data/"],
    ["to", undefined],
    ["sha256", "abc"],
    ["attempts", 0],
    ["timeoutSeconds", 0],
    ["connectTimeoutSeconds", -1],
    ["mode", "0999"],
    ["mode", 644],
  ])("%s %j is refused", (field, value) => {
    expect(withField(field, value)).toEqual([`init[0].download.${field}`]);
  });

  test("has the defaults that its documentation names", () => {
    const [one] = steps({ init: [{ download: { url, to: html } }] });

    expect(one?.env).toEqual(
      expect.arrayContaining([
        { name: "INIT_POD_ATTEMPTS", value: "3" },
        { name: "INIT_POD_TIMEOUT_SECONDS", value: "120" },
        { name: "INIT_POD_CONNECT_TIMEOUT_SECONDS", value: "10" },
        { name: "INIT_POD_MODE", value: "0644" },
      ]),
    );
    expect(JSON.stringify(one?.env)).not.toContain("SHA256");
  });

  test("directly below / is refused, and what would hide the image's own folders", () => {
    expect(fixes({ init: [{ download: { url: "https://x/", to: "/file" } }] })["init[0].download.to"]).toContain(
      "directly below /",
    );
    for (const path of ["/etc/app.conf", "/usr/bin/tool", "/usr/local/bin/x", "/proc/1/x", "/dev/shm/x"]) {
      expect(withField("to", path)).toEqual(["init[0].download.to"]);
    }
  });

  test("has certificates and a proxy as credentials have them", () => {
    const ca = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----";
    const [one] = steps({ init: [{ download: { url, to: html, ca, proxy: "http://proxy:3128" } }] });
    expect(one?.env).toEqual(
      expect.arrayContaining([
        { name: "INIT_POD_CA", value: "/init-pod/ca/ca.crt" },
        { name: "INIT_POD_PROXY", value: "http://proxy:3128" },
      ]),
    );
    expect(mounts(one)).toContain("/init-pod/ca:download-ca:ro");
    expect(withField("ca", "x")).toEqual(["init[0].download.ca"]);
    expect(withField("proxy", "x")).toEqual(["init[0].download.proxy"]);
  });

  test("has headers of one line, each once", () => {
    const key = { secret: "s", key: "k" };
    const headers = { "Bad Name": "x", Empty: "", Two: "a\r\nb", Both: "x" };
    expect(inStep({ download: { url: "https://x/", to, headers, secretHeaders: { both: key } } })).toEqual([
      "init[0].download.headers.Bad Name",
      "init[0].download.headers.Empty",
      "init[0].download.headers.Two",
      "init[0].download.secretHeaders.both",
    ]);
  });

  test("is the only one that writes its file", () => {
    expect(fixes({ init: [download, download] })["init[1]"]).toContain("is written by init[0] already");
  });

  test("puts nothing that the user gives into its command", () => {
    const [one] = steps({ init: [{ download: { url: "https://x/$(A)", to: html, headers: { Accept: "a$$b" } } }] });

    expect(JSON.stringify(one?.command)).not.toMatch(/https:\/\/x|index\.html|Accept/);
    expect(one?.env).toEqual(
      expect.arrayContaining([
        { name: "INIT_POD_URL", value: "https://x/$$(A)" },
        { name: "INIT_POD_HEADER_1", value: "a$$$b" },
      ]),
    );
  });

  test("carries secret headers by reference alone, after the others", () => {
    const [one] = steps({
      init: [
        {
          download: {
            url,
            to: html,
            headers: { Accept: "a" },
            secretHeaders: { Authorization: { secret: "s", key: "k" } },
          },
        },
      ],
    });

    expect(one?.env).toEqual(
      expect.arrayContaining([
        { name: "INIT_POD_HEADER_NAMES", value: "Accept Authorization" },
        { name: "INIT_POD_HEADER_2", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
      ]),
    );
  });
});
