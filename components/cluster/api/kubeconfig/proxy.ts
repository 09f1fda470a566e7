import { BlockList, isIP } from "node:net";

/**
 * The proxy that the environment names for a server, as Go programs such as kubectl and Pulumi's kubernetes provider take
 * it: both reach the same cluster by the same way.
 * Source: https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
 */
export function environmentProxy(server: URL, env: NodeJS.ProcessEnv): string | undefined {
  const of = (name: string): string | undefined => [env[name], env[name.toLowerCase()]].find((value) => value);
  const proxy = of(server.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY");
  if (proxy === undefined || isExempt(server, of("NO_PROXY") ?? "")) return undefined;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

function isExempt({ hostname, port, protocol }: URL, exempt: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (host === "localhost" || loopback.check(host, family(host))) return true;
  const actualPort = port || (protocol === "https:" ? "443" : "80");
  return exempt
    .split(",")
    .map((entry) => entry.trim().toLowerCase())
    .filter(Boolean)
    .some((entry) => matches(entry, host, actualPort));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  const [, range, bits] = /^([\d.]+|[\da-f:]+)\/(\d+)$/.exec(entry) ?? [];
  if (range !== undefined && isIP(range) !== 0) {
    const list = new BlockList();
    list.addSubnet(range, Number(bits), family(range));
    return isIP(host) !== 0 && list.check(host, family(host));
  }
  const [, name = entry, wantedPort] = isIP(entry) === 0 ? (/^\[?(.*?)\]?:(\d+)$/.exec(entry) ?? []) : [];
  if (wantedPort !== undefined && wantedPort !== port) return false;
  if (isIP(name) !== 0) return name === host;
  // With a leading dot only what lies below the name, without one the name itself too.
  const suffix = name.replace(/^\*(?=\.)/, "");
  return suffix.startsWith(".") ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`);
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

function family(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}

/** What is wrong with the URL of a proxy, which may hold a password. */
export function proxyProblem(proxy: string): string | undefined {
  const shown = proxy.replace(/^([^/]*\/\/)?.*@/s, "$1…@");
  const url = URL.parse(proxy);
  if (url === null && /^(https?|socks5):\/\//i.test(proxy)) return `proxy-url ${shown} is not a URL`;
  if (["http:", "https:", "socks5:"].includes(url?.protocol ?? "")) return undefined;
  return `proxy-url ${shown} must begin with http://, https:// or socks5://`;
}
