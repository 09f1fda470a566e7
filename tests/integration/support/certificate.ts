import { readFileSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "./run.ts";

export interface Certificate {
  certificate: string;
  key: string;
}

/** A certificate for 127.0.0.1 which nobody but itself vouches for, as PEM. Its files go into `folder`. */
export async function selfSigned(folder: string): Promise<Certificate> {
  const paths = { certificate: join(folder, "certificate.pem"), key: join(folder, "key.pem") };
  await mustRun("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"],
    ...["-subj", "/CN=app", "-addext", "subjectAltName=IP:127.0.0.1"],
    ...["-keyout", paths.key, "-out", paths.certificate],
  ]);
  return { certificate: readFileSync(paths.certificate, "utf8"), key: readFileSync(paths.key, "utf8") };
}
