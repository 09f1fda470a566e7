import { createPrivateKey, X509Certificate } from "node:crypto";

/** Whether a text holds at least one certificate, as PEM. */
export function holdsCertificate(pem: Buffer): boolean {
  const blocks = pem.toString("latin1").match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs) ?? [];
  return blocks.some((block) => {
    try {
      return new X509Certificate(block).serialNumber !== "";
    } catch {
      return false;
    }
  });
}

/** Whether a text holds a private key without a passphrase, as PEM. */
export function holdsKey(pem: Buffer): boolean {
  try {
    return createPrivateKey(pem).type === "private";
  } catch {
    return false;
  }
}

/** Whether a private key is that of a certificate. */
export function belongTogether(certificate: Buffer, key: Buffer): boolean {
  return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
}
