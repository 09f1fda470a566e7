import { Client, credentials } from "@grpc/grpc-js";
import { layout } from "../../../sandbox/cluster/layout.ts";
import { paths } from "../../../sandbox/paths.ts";

/**
 * Stops the sandbox of a Pod, as the container runtime does where it dies: kubelet notices by itself, and makes a new one.
 * Only for the cluster of the sandbox.
 */
export async function stopPodSandbox(podUid: string): Promise<void> {
  await withRuntime(async (client) => {
    const entry = Buffer.concat([field(1, "io.kubernetes.pod.uid"), field(2, podUid)]);
    const listed = await call(client, "ListPodSandbox", field(1, field(3, entry)));
    const ids = fieldsOf(listed).filter(([number]) => number === 1);
    if (ids.length === 0) throw new Error(`Pod ${podUid} has no sandbox`);
    for (const [, item] of ids) {
      const id = fieldsOf(item).find(([number]) => number === 1)?.[1] ?? Buffer.alloc(0);
      await call(client, "StopPodSandbox", field(1, id));
    }
  });
}

/** Removes an image, and with it all names that it has. Only for the cluster of the sandbox. */
export async function removeImage(name: string): Promise<void> {
  await withRuntime((client) => call(client, "RemoveImage", field(1, field(1, name)), "ImageService"));
}

async function withRuntime(use: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client(`unix:${layout(paths()).containerdSocket}`, credentials.createInsecure());
  try {
    await use(client);
  } finally {
    client.close();
  }
}

/** A runtime that hangs must fail the test, and say so. */
const deadlineMs = 20_000;

/** A call of the Container Runtime Interface, whose messages are written and read by hand. */
async function call(client: Client, method: string, request: Buffer, service = "RuntimeService"): Promise<Buffer> {
  const same = (bytes: Buffer): Buffer => bytes;
  const options = { deadline: Date.now() + deadlineMs };
  return await new Promise((resolve, reject) => {
    client.makeUnaryRequest(`/runtime.v1.${service}/${method}`, same, same, request, options, (error, answer) => {
      if (error) reject(error);
      else resolve(answer ?? Buffer.alloc(0));
    });
  });
}

/** A field of a protobuf message that is a text or a message. */
function field(number: number, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let left = value; ; left >>>= 7) {
    if (left < 128) return Buffer.from([...bytes, left]);
    bytes.push((left & 127) | 128);
  }
}

/** The fields of a message that are texts or messages, with their numbers. */
function fieldsOf(message: Buffer): [number: number, content: Buffer][] {
  const fields: [number, Buffer][] = [];
  let at = 0;
  const next = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++] ?? 0;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const key = next();
    const size = next();
    // Of a number, that was its value.
    if (key % 8 !== 2) continue;
    fields.push([Math.floor(key / 8), message.subarray(at, at + size)]);
    at += size;
  }
  return fields;
}
