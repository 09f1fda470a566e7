import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/** What a request asks of the API server, in the terms of a Role: `watch pods`, `get pods/log`, `create pods/portforward`. */
export class Asked {
  readonly verb: string;
  /** With its subresource; `""` for what is no resource, such as `/version`. */
  readonly resource: string = "";
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;

  constructor({ method = "GET", url = "/", headers }: IncomingMessage) {
    const { pathname, searchParams } = new URL(url, "http://api");
    this.path = pathname;
    this.query = searchParams;
    this.headers = headers;
    const [, rest = ""] = /^\/(?:api\/[^/]+|apis\/[^/]+\/[^/]+)\/(.+)$/.exec(pathname) ?? [];
    const parts = rest.split("/").map(decodeURIComponent);
    // `namespaces/NAME` alone is the namespace itself.
    if (parts[0] === "namespaces" && parts.length > 2) this.namespace = parts.splice(0, 2)[1];
    const [resource = "", name, subresource] = parts;
    this.name = name;
    this.resource = subresource === undefined ? resource : `${resource}/${subresource}`;
    this.verb = verbOf(method, searchParams, name !== undefined || resource === "");
  }

  toString(): string {
    return `${this.verb} ${this.resource === "" ? this.path : this.resource}`;
  }

  /**
   * Whether the request is one of these: `watch pods`, `get pods/log`, `* pods`, `get /version`, or `*` for any. Where it is
   * followed by a name, that one is asked for: `get namespaces kube-system`.
   */
  matches(pattern: string): boolean {
    const [verb = "*", resource = "*", name] = pattern.split(" ");
    const ofPath = resource.startsWith("/") ? this.path === resource : this.resource === resource;
    return (
      (verb === "*" || verb === this.verb) && (resource === "*" || ofPath) && (name === undefined || name === this.name)
    );
  }
}

function verbOf(method: string, query: URLSearchParams, isOne: boolean): string {
  if (query.get("watch") === "true" || query.get("watch") === "1") return "watch";
  const verbs: Record<string, string> = { GET: isOne ? "get" : "list", POST: "create", PUT: "update" };
  return verbs[method] ?? method.toLowerCase();
}
