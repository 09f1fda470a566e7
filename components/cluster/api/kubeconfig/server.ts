/** A server as a URL without what is no part of it. One without a scheme is spoken to over plain HTTP, as by kubectl. */
export function serverUrl(server: string): string {
  const url = hasScheme(server) ? server : `http://${server}`;
  return url.replace(/[?#].*$/s, "").replace(/\/+$/, "");
}

/** Over plain HTTP none are sent, as by kubectl: anybody on the way could take them. */
export function sendsCredentials(server: string): boolean {
  return /^https:/i.test(serverUrl(server));
}

export function serverProblem(server: string): string | undefined {
  let url: URL;
  try {
    url = new URL(serverUrl(server));
  } catch {
    return "its server is not a URL";
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return "its server must begin with https:// or http://";
  if (url.username !== "" || url.password !== "") {
    return "its server has a user in it: say it by username and password of the kubeconfig's user";
  }
  // Otherwise a path may well be part of a typing error.
  return !hasScheme(server) && url.pathname !== "/" ? "its server must begin with https:// or http://" : undefined;
}

function hasScheme(server: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/]/i.test(server);
}
