import { expect, test } from "vitest";
import { explainDial, explainRefusal } from "../../../../components/forward/serve/failure.ts";
import { DialError } from "../../../../components/forward/tunnel/errors.ts";

test("explains failures in words that say what to do", () => {
  const refused =
    'failed to connect to localhost:8080 inside namespace "x", IPv4: dial tcp4 127.0.0.1:8080: connect: connection refused';
  expect(explainRefusal(refused, "web-1", 8080).message).toContain("Nothing listens on port 8080 inside Pod web-1");
  expect(explainDial(new DialError("the words", 403), "web-1", "https://x").final).toBe(true);
  expect(explainDial(new DialError("timeout"), "web-1", "https://x")).toMatchObject({
    kind: "unreachable",
    final: false,
  });
});
