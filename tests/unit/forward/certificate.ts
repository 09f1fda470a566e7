import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./helpers";

/** A certificate for 127.0.0.1 which nobody but itself vouches for, and its key, as PEM. */
export function selfSigned(): { cert: string; key: string } {
  const folder = temporaryFolder();
  const [cert, key] = [join(folder, "certificate.pem"), join(folder, "key.pem")];
  const kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
  execFileSync("openssl", [...kind, "-subj", "/CN=app", "-keyout", key, "-out", cert], { stdio: "ignore" });
  return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
}
