import { Agent, request } from "node:https";
import { SandboxError } from "../errors.ts";
import { ports } from "./constants.ts";
import type { Pki } from "./pki.ts";

const timeoutMs = 5000;

/** The few calls that the sandbox itself makes; a whole client library would take longer to load than they take. */
export interface Api {
  get<T>(path: string): Promise<T>;
  /** Server-side apply: makes it or brings it to this state. */
  apply(path: string, object: object): Promise<void>;
  delete(path: string, query?: string): Promise<void>;
  /** The text of a health end point, or undefined where it doesn't say ok. */
  ready(): Promise<boolean>;
}

export function createApi(pki: Pki): Api {
  const agent = new Agent({ ca: pki.authority, keepAlive: false });
  const call = (
    method: string,
    path: string,
    type?: string,
    body?: object,
  ): Promise<{ status: number; text: string }> =>
    new Promise((settle, fail) => {
      const headers: Record<string, string> = { authorization: `Bearer ${pki.tokens.admin}` };
      if (type !== undefined) headers["content-type"] = type;
      const outgoing = request(
        { host: "127.0.0.1", port: ports.api, method, path, headers, agent, timeout: timeoutMs },
        (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
          response.on("end", () => settle({ status: response.statusCode ?? 0, text }));
          response.on("error", fail);
        },
      );
      outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer in ${timeoutMs / 1000} s`)));
      outgoing.on("error", fail);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  const expectSuccess = (method: string, path: string, answer: { status: number; text: string }): string => {
    if (answer.status < 200 || answer.status > 299) {
      throw new SandboxError(`${method} ${path}: ${answer.status} ${answer.text.slice(0, 500)}`);
    }
    return answer.text;
  };
  return {
    get: async <T>(path: string) => JSON.parse(expectSuccess("GET", path, await call("GET", path))) as T,
    apply: async (path, object) => {
      const query = `${path}?fieldManager=init-pod-sandbox&force=true`;
      expectSuccess("PATCH", path, await call("PATCH", query, "application/apply-patch+yaml", object));
    },
    delete: async (path, query = "") => {
      const answer = await call("DELETE", `${path}${query}`);
      if (answer.status !== 404) expectSuccess("DELETE", path, answer);
    },
    ready: () =>
      call("GET", "/readyz").then(
        (answer) => answer.status === 200,
        () => false,
      ),
  };
}
