/** What the app speaks on its port. */
export const ForwardProtocol = {
  /** HTTP: the URL starts with http:// and is proven by a request. */
  Http: "http",
  /** HTTPS: the URL starts with https:// and is proven by a request. */
  Https: "https",
  /** Anything else over TCP: the URL starts with tcp:// and is proven by a connection. */
  Tcp: "tcp",
} as const;
/** What the app speaks on its port. */
export type ForwardProtocol = (typeof ForwardProtocol)[keyof typeof ForwardProtocol];

/** What an app speaks that says nothing of it. */
export const defaultProtocol: ForwardProtocol = ForwardProtocol.Http;

/** Whether a text, as from an annotation, names a protocol. */
export function isProtocol(text: string): text is ForwardProtocol {
  return (Object.values(ForwardProtocol) as string[]).includes(text);
}
