import { describe, expect, test } from "vitest";
import { explainDial, explainRefusal } from "../../../../components/forward/serve/failure.ts";
import { DialError } from "../../../../components/forward/tunnel/errors.ts";

describe("a port that the node can't connect to", () => {
  const dial =
    'error forwarding port 8080 to pod 0f3a9c, uid : failed to execute portforward in network namespace "/run/netns/cni-1": ' +
    'failed to connect to localhost:8080 inside namespace "/run/netns/cni-1", IPv4: dial tcp4 127.0.0.1:8080: connect: connection refused ';
  const refused = (more: string): string => explainRefusal(dial + more, "web-1", 8080).message;

  test("is told in the runtime's own words, without its ids", () => {
    const message = refused("IPv6 dial tcp6: address localhost: no suitable address found");
    expect(message).toContain(
      "Pod web-1 can't be reached on port 8080: failed to connect to localhost:8080, IPv4: dial tcp4 127.0.0.1:8080",
    );
    expect(message).toContain("address localhost: no suitable address found. ");
    expect(message).not.toMatch(/cni-1|0f3a9c/);
  });

  test("is not said to have been asked for at an address that the node does not know", () => {
    const message = refused("IPv6 dial tcp6: address localhost: no suitable address found");
    expect(message).not.toContain("[::1]");
    expect(message).toContain(
      "Most likely nothing listens on port 8080 inside Pod web-1, at 127.0.0.1. The node asks at no other",
    );
  });

  test("is said to have been asked for at both addresses where both refused", () => {
    const message = refused("IPv6 dial tcp6 [::1]:8080: connect: connection refused");
    expect(message).toMatch(/Most likely nothing listens on port 8080 inside Pod web-1, at 127\.0\.0\.1 or \[::1\]\.$/);
  });

  test("is said to be closed without an address where the runtime names none", () => {
    const { message } = explainRefusal("exit status 1: socat[7] E connect(): Connection refused\n", "web-1", 80);
    expect(message).toMatch(/Connection refused\. Most likely nothing listens on port 80 inside Pod web-1\.$/);
  });

  test.each(["no such file or directory", "dial tcp4 127.0.0.1:8080: i/o timeout", "lookup localhost: no such host."])(
    "gets no meaning that the words don't have: %s",
    (words) => {
      const message = `Pod web-1 can't be reached on port 80: ${words.replace(/\.$/, "")}.`;
      expect(explainRefusal(words, "web-1", 80)).toEqual({ kind: "refused", message, final: false });
    },
  );

  test("is told by the end of the words where these are many", () => {
    const { message } = explainRefusal(`${"x".repeat(5_000)} connection reset`, "web-1", 80);
    expect(message).toMatch(/…x+ connection reset\.$/);
    expect(message.length).toBeLessThan(400);
  });
});

test("explains a tunnel that did not come about in words that say what to do", () => {
  expect(explainDial(new DialError("the words", 403), "web-1", "https://x").final).toBe(true);
  expect(explainDial(new DialError("timeout"), "web-1", "https://x")).toMatchObject({
    kind: "unreachable",
    final: false,
  });
});
