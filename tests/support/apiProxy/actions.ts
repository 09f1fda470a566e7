import type { OutgoingHttpHeaders } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Alteration, Exchange } from "./exchange.ts";

/** What is done with a request. */
export type Action = (exchange: Exchange) => void | Promise<void>;

/** Answers in the API server's place; an object as JSON. */
export function answer(status: number, body?: unknown, headers?: OutgoingHttpHeaders): Action {
  return (exchange) => exchange.answer(status, body, headers);
}

/** Answers with an error, as a Kubernetes API server tells it. */
export function refuse(code: number, message: string, headers?: OutgoingHttpHeaders): Action {
  return answer(code, { kind: "Status", apiVersion: "v1", status: "Failure", message, code }, headers);
}

/** Has the API server answer, and alters that on its way. */
export function pass(alteration?: Alteration): Action {
  return (exchange) => exchange.pass(alteration);
}

/** Waits before it does `action`. */
export function delay(ms: number, action: Action = pass()): Action {
  return async (exchange) => {
    await sleep(ms);
    await action(exchange);
  };
}

/** Never answers, and keeps the connection open. */
export function hold(): Action {
  return (exchange) => exchange.silence();
}

/** Closes the connection without an answer. */
export function hangUp(): Action {
  return (exchange) => exchange.cut();
}

/** Lets each event of a watch be followed once more by all that came before it, as a cache that lags behind does. */
export function replaying(): Alteration["line"] {
  const seen: string[] = [];
  return (line) => {
    const again = seen.filter((event) => !event.includes('"type":"BOOKMARK"'));
    seen.push(line);
    return [line, ...again];
  };
}
