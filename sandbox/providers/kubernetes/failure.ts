import { NotReadyError } from "./ready.ts";

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function reasonsOf(error: unknown): string[] {
  return error instanceof NotReadyError ? error.reasons : [];
}
