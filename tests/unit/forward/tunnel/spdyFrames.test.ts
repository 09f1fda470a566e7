import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameReader, FrameWriter } from "../../../../components/forward/tunnel/spdyFrames.ts";

type Said = [string, number, string?];

function read(chunks: readonly Buffer[]): Said[] {
  const said: Said[] = [];
  const reader = new FrameReader({
    data: (stream, part) => {
      const last = said.at(-1);
      // A frame that came in parts is the same as one that came whole.
      if (last?.[0] === "data" && last[1] === stream) last[2] = (last[2] ?? "") + part.toString("hex");
      else said.push(["data", stream, part.toString("hex")]);
    },
    fin: (stream) => said.push(["fin", stream]),
    reply: (stream) => said.push(["reply", stream]),
    reset: (stream) => said.push(["reset", stream]),
    ping: (id) => said.push(["ping", id]),
    goAway: () => said.push(["goAway", 0]),
  });
  for (const chunk of chunks) reader.push(chunk);
  return said;
}

test("reads the same frames however the connection cuts them", () => {
  const writer = new FrameWriter();
  const bytes = Buffer.concat([
    writer.data(3, Buffer.from("an answer")),
    writer.ping(2),
    writer.data(3, Buffer.alloc(0)),
    writer.data(7, Buffer.alloc(300, "x")),
    writer.reset(7),
    Buffer.from("800300020100000400000005", "hex"),
    Buffer.from("80030007000000080000000500000000", "hex"),
    writer.fin(3),
  ]);
  const whole = read([bytes]);
  expect(whole.map(([kind, stream]) => `${kind} ${stream}`)).toEqual([
    "data 3",
    "ping 2",
    "data 7",
    "reset 7",
    "reply 5",
    "fin 5",
    "goAway 0",
    "fin 3",
  ]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sizes) => {
      const chunks: Buffer[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1;
        chunks.push(bytes.subarray(at, at + size));
        at += size;
      }
      expect(read(chunks)).toEqual(whole);
    }),
  );
});

test.for([
  ["of another version", Buffer.from("800200060000000400000001", "hex")],
  ["that is oversized", Buffer.from("8003000200ffffff", "hex")],
] as const)("refuses a control frame %s", ([, bytes]) => {
  expect(() => read([bytes])).toThrow("SPDY");
});
