import { InitFailedError } from "../../../../components/cluster/wait/errors.ts";

/** The error by which a wait ends. */
export async function failureOf(wait: Promise<unknown>): Promise<InitFailedError> {
  const error: unknown = await wait.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof InitFailedError)) throw new Error(`no InitFailedError: ${String(error)}`);
  return error;
}

/** The text of a failure without styles and line breaks. */
export function words({ message }: InitFailedError): string {
  return message.replace(/<\{%[^%]*%\}>/g, "").replace(/\s+/g, " ");
}
