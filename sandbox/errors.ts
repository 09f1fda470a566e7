/** A failure that the user can act on: printed as it is, without a stack. */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
