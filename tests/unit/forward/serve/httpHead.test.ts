import { expect, test } from "vitest";
import { isLocalHost, mayBeHttp } from "../../../../components/forward/serve/httpHead.ts";

test("knows its own names, and takes no look-alikes", () => {
  expect(["127.0.0.1", "localhost", "web.localhost", "[::1]"].every(isLocalHost)).toBe(true);
  expect(["127.0.0.1.evil.example", "evillocalhost", ""].some(isLocalHost)).toBe(false);
});

test("takes for HTTP/1 only what can become it", () => {
  expect(["", "G", "GET / HTTP/1.1", "OPTIONS * "].map((text) => mayBeHttp(Buffer.from(text)))).toEqual(
    Array(4).fill(true),
  );
  const others = ["PRI * HTTP/2.0\r\n", "\u0016\u0003\u0001", "*3\r\n$3\r\nSET"];
  expect(others.map((text) => mayBeHttp(Buffer.from(text)))).toEqual(Array(3).fill(false));
});
