import { readFileSync } from "node:fs";
import { join } from "node:path";
import { paths } from "../../../sandbox/paths.ts";
import { mustRun } from "./run.ts";

export interface Certificate {
  certificate: string;
  key: string;
}

/** A certificate for an address which nobody but itself vouches for, as PEM. Its files go into `folder`. */
export async function selfSigned(folder: string, address = "127.0.0.1"): Promise<Certificate> {
  const paths = { certificate: join(folder, "certificate.pem"), key: join(folder, "key.pem") };
  await mustRun("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"],
    ...["-subj", "/CN=app", "-addext", `subjectAltName=IP:${address}`],
    ...["-keyout", paths.key, "-out", paths.certificate],
  ]);
  return { certificate: readFileSync(paths.certificate, "utf8"), key: readFileSync(paths.key, "utf8") };
}

/** A client's certificate, which the sandbox's API server takes for that user in that group. Its files go into `folder`. */
export async function clientCertificate(
  folder: string,
  { user, group }: { user: string; group: string },
): Promise<{ files: Certificate } & Certificate> {
  const of = (name: string): string => join(folder, `client.${name}`);
  const files = { certificate: of("crt"), key: of("key") };
  await mustRun("openssl", [
    ...["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
    ...["-subj", `/O=${group}/CN=${user}`, "-keyout", files.key, "-out", of("csr")],
  ]);
  const { pki } = paths();
  await mustRun("openssl", [
    ...["x509", "-req", "-in", of("csr"), "-CA", join(pki, "ca.crt"), "-CAkey", join(pki, "ca.key")],
    ...["-set_serial", String(Date.now()), "-days", "1", "-out", files.certificate],
  ]);
  return {
    files,
    certificate: readFileSync(files.certificate, "utf8"),
    key: readFileSync(files.key, "utf8"),
  };
}
