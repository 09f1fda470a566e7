import { readFileSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import { errorText } from "../../text";
import { parsePreview, type PreviewSummary, summaryOf, tooDeep } from "../preview";
import { type Command, UsageError } from "./arguments";

/**
 * What the preview in a file, or on standard input, says.
 * @throws {PreviewError} where it is no preview.
 * @throws {UsageError} where it is not said what to read.
 */
export async function previewOf(
  { names }: Pick<Command, "names">,
  input: NodeJS.ReadStream = process.stdin,
): Promise<PreviewSummary> {
  if (names.length > 1) throw new UsageError("preview-comment takes one FILE.");
  const [file = "-"] = names;
  if (file !== "-") return saidBy(read(file), file);
  if (input.isTTY) throw new UsageError("preview-comment needs a FILE, or the preview on standard input.");
  return saidBy(await buffer(input), "Standard input");
}

function saidBy(bytes: Buffer, source: string): PreviewSummary {
  try {
    return summaryOf(parsePreview(decoded(bytes), source));
  } catch (error) {
    throw error instanceof RangeError ? tooDeep(source, error) : error;
  }
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`${file} can't be read: ${errorText(error)}`, { cause: error });
  }
}

/** PowerShell writes files in UTF-16, with a mark. */
function decoded(bytes: Buffer): string {
  return new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : "utf-8").decode(bytes);
}
