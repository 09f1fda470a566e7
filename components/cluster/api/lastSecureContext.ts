import type https from "node:https";
import { createSecureContext, type SecureContext } from "node:tls";

/**
 * What connections need of certificates and a key, made once as long as these stay the same. Each connection would otherwise
 * read them anew, and leave as much memory behind until Node.js looks for it.
 */
export class LastSecureContext {
  #last: { material: string; context: SecureContext } | undefined;

  /** @throws {Error} where they can't be used. */
  of({ ca, cert, key }: https.RequestOptions): SecureContext {
    const material = [ca, cert, key].map(String).join();
    if (this.#last?.material !== material) this.#last = { material, context: createSecureContext({ ca, cert, key }) };
    return this.#last.context;
  }
}
