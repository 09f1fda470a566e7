import { createHash } from "node:crypto";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { parseHttpHead } from "../../../../components/forward/serve/httpHead.ts";
import { ownAnswer } from "../../../../components/forward/serve/ownAnswer.ts";

describe("an answer of the forwarder's own", () => {
  const situation = { kind: "waiting" as const, name: "web", message: "Pod <b>x</b> is starting." };
  const head = (text: string) => parseHttpHead(Buffer.from(text + "\r\n\r\n"));

  test("is one line for curl, with Retry-After and a mark", () => {
    const answer = ownAnswer(situation, head("GET / HTTP/1.1\r\nHost: 127.0.0.1:1\r\nAccept: */*"));
    expect(answer).toMatch(/^HTTP\/1\.1 503 .*\r\nx-init-pod: waiting\r\n/);
    expect(answer).toContain("Retry-After: 1\r\n");
    expect(answer).toMatch(/\r\n\r\nPod <b>x<\/b> is starting\.\n$/);
  });

  test("is a page for browsers, in which text stays text", () => {
    const answer = ownAnswer(situation, head("GET / HTTP/1.1\r\nHost: localhost:1\r\nAccept: text/html,*/*"));
    expect(answer).toContain("Pod &lt;b&gt;x&lt;/b&gt; is starting.");
    expect(answer).not.toContain("<b>");
  });

  test("is JSON where that is asked for", () => {
    const answer = ownAnswer(situation, head("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: application/json"));
    expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toEqual({
      state: "waiting",
      name: "web",
      message: situation.message,
      steps: [],
    });
  });

  test("shows each step on the page, where a log line can be no markup", () => {
    const steps = [
      { name: "get", state: "done" as const, text: "done", duration: "3 s", log: ["</pre><script>alert(1)</script>"] },
      { name: "wait", state: "running" as const, text: "running", duration: "12 s", log: [] },
    ];
    const answer = ownAnswer(situation, head("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html"), steps);
    expect(answer).toMatch(/get[^]*done[^]*3 s[^]*wait[^]*running[^]*12 s/);
    expect(answer).toContain("&lt;/pre&gt;&lt;script&gt;");
    expect(answer.match(/<script>/g)).toHaveLength(1);
  });

  test("is shown anew as long as it is the forwarder's own, and then the app is loaded", async () => {
    const answer = ownAnswer(situation, head("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html"));
    const [, script = ""] = /<script>([^]*)<\/script>/.exec(answer) ?? [];
    const answers = [new Headers({ "x-init-pod": "waiting" }), new Headers({ "x-init-pod": "waiting" }), new Headers()];
    const seen: string[] = [];
    const part = { innerHTML: "" };
    const shown = { title: "", getElementById: () => part };
    await new Promise<void>((resolve) => {
      const reload = (): void => {
        seen.push(`reload, with ${part.innerHTML}`);
        resolve();
      };
      runInNewContext(script, {
        document: shown,
        DOMParser: class {
          parseFromString = (text: string) => ({ title: text, getElementById: () => ({ innerHTML: text }) });
        },
        fetch: (url: string, { headers }: { headers: Record<string, string> }) => {
          seen.push(`${url} ${headers.accept}`);
          return Promise.resolve({ headers: answers.shift(), text: () => Promise.resolve(`step ${seen.length}`) });
        },
        location: { href: "/", reload },
        setTimeout: (look: () => void) => void setImmediate(look),
      });
    });
    expect(seen).toEqual([...Array<string>(3).fill("/ text/html"), "reload, with step 2"]);
    expect(shown.title).toBe("step 2");
  });

  test("allows its own script and style alone", () => {
    const answer = ownAnswer(situation, head("GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html"));
    const policy = /^Content-Security-Policy: (.*)\r$/m.exec(answer)?.[1];
    const hash = (text = "") => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src ${hash(/<script>([^]*)<\/script>/.exec(answer)?.[1])}`);
    expect(policy).toContain(`style-src ${hash(/<style>([^]*)<\/style>/.exec(answer)?.[1])}`);
  });

  test("tells nothing to a page of another name", () => {
    const answer = ownAnswer(situation, head("GET / HTTP/1.1\r\nHost: evil.example:1\r\nAccept: */*"));
    expect(answer).toMatch(/^HTTP\/1\.1 421 /);
    expect(answer).not.toContain("Pod");
  });

  test("has no body for HEAD", () => {
    expect(ownAnswer(situation, head("HEAD / HTTP/1.1\r\nHost: localhost"))).toMatch(/\r\n\r\n$/);
  });
});
