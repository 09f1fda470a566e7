import type { LoopbackProxy } from "../../../../support/loopbackProxy.ts";
import type { Recorder, Seen } from "./wire.ts";

/** Parts of a kubeconfig that a row sets; each in the place of the plain one. */
export interface Parts {
  config?: object;
  /** Beside the authority of the server's certificate, unless `untrusted`. */
  cluster?: Record<string, unknown>;
  untrusted?: boolean;
  user?: Record<string, unknown>;
  context?: Record<string, unknown>;
}

/** What one field does: what a server sees with it, and with which words its bad values are refused. */
export interface Row {
  honoured: (Parts & { seen: Partial<Seen>; on?: Recorder; by?: LoopbackProxy; asked?: string; told?: object })[];
  refused: (Parts & { says: RegExp })[];
}

/** What the rows are about; no error may have it. */
export const secret = "s3cret";

/** The rows of one type, by field. */
export type Rows = Record<string, Row>;

/** What a server sees of the user that is in the place of those whom a row says nothing of. */
export const asPlain: Partial<Seen> = { authorization: "Bearer plain" };

/** Of a field that makes no difference. */
export function ignored(parts: Parts): Row {
  return { honoured: [{ ...parts, seen: asPlain }], refused: [] };
}
