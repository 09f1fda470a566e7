import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LoopbackProxy } from "../../../../support/loopbackProxy.ts";
import { type Certificate, certificateFor } from "../../../loopbackCertificate.ts";
import { tellingPlugin, v1 } from "./plugin.ts";
import type { Recorder } from "./wire.ts";

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

/** Servers and proxies, with the files that kubeconfigs name. */
export type Setting = ReturnType<typeof settingIn>;

export function settingIn(around: Surroundings) {
  const file = (name: string, content: string): string => {
    writeFileSync(join(around.folder, name), content);
    return name;
  };
  const me = certificateFor("DNS:me", "/CN=me");
  return {
    ...around,
    /** Writes a file, and returns its name. */
    file,
    me,
    other: certificateFor("DNS:other", "/CN=other"),
    authority: file("ca.crt", around.own.cert),
    certificate: file("me.crt", me.cert),
    key: file("me.key", me.key),
    data: { "client-certificate-data": base64(me.cert), "client-key-data": base64(me.key) },
    exec: { command: tellingPlugin(around.folder), apiVersion: v1, interactiveMode: "Never" },
  };
}

export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
