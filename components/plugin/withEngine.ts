import { connect } from "node:net";

const lookMs = 10_000;

/**
 * Calls `end` once nothing listens any more at the engine's address, HOST:PORT. An engine that is killed ends its plugins no
 * more, and the SDK goes on to wait for its questions.
 */
export function endWithEngine(address: string, end: () => void, everyMs = lookMs): void {
  const [host = "", port = ""] = address.split(/:(?=\d+$)/);
  const timer = setInterval(() => {
    const socket = connect({ host, port: Number(port) });
    socket.once("connect", () => socket.destroy());
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "ECONNREFUSED") return;
      clearInterval(timer);
      end();
    });
  }, everyMs);
  timer.unref();
}
