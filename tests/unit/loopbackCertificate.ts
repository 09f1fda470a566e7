import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate and its key, as PEM. */
export interface Certificate {
  cert: string;
  key: string;
}

let made: Certificate | undefined;

/** A certificate for this machine alone, which vouches for itself. */
export function loopbackCertificate(): Certificate {
  return (made ??= certificateFor("DNS:localhost,IP:127.0.0.1"));
}

/** A certificate that vouches for itself, for `names` in OpenSSL's notation. */
export function certificateFor(names: string, subject = "/CN=test"): Certificate {
  const folder = mkdtempSync(join(tmpdir(), "init-pod-certificate-"));
  try {
    const [cert, key] = [join(folder, "certificate.pem"), join(folder, "key.pem")];
    const kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
    const about = ["-subj", subject, "-addext", `subjectAltName=${names}`, "-keyout", key, "-out", cert];
    execFileSync("openssl", [...kind, ...about], { stdio: "ignore" });
    return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a kubeconfig says of a cluster with that certificate. */
export function trusting({ cert }: Certificate): object {
  return { "certificate-authority-data": Buffer.from(cert).toString("base64") };
}
