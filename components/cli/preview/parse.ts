import { errorText } from "../../text";
import { isRecord, textOf } from "./values";

/** What `pulumi preview --json` says, as far as it is used. */
export interface Preview {
  /** As `PROJECT/STACK`, where any resource tells it. */
  stack?: string;
  steps: PreviewStep[];
  diagnostics: Diagnostic[];
}

/** What the engine would do to a resource; a replacement takes several. */
export interface PreviewStep {
  op: string;
  urn: string;
  /** URN of its parent; `""` where it has none. */
  parent: string;
  before?: State;
  after?: State;
  /** Properties that the provider says differ. */
  paths: string[];
}

export interface State {
  inputs: unknown;
  outputs: unknown;
  /** Paths whose values the program wants shown to nobody, as its `hideDiffs` names them. */
  hidden: string[];
}

export interface Diagnostic {
  severity: string;
  message: string;
  /** Of the resource that it is about; `""` where it is about none. */
  urn: string;
}

/** A text that is not what `pulumi preview --json` writes. */
export class PreviewError extends Error {
  override readonly name = "PreviewError";
}

/**
 * Reads what `pulumi preview --json` has written.
 * @param source what it came from, for errors.
 * @throws {PreviewError} where it is something else.
 */
export function parsePreview(text: string, source: string): Preview {
  const value = parse(text.trim(), source);
  if (!isRecord(value) || !parts.some((part) => part in value)) {
    throw noPreview(source);
  }
  const steps = listOf(value.steps).flatMap(stepOf);
  // Steps of something else are no preview in which nothing changes.
  if (steps.length === 0 && listOf(value.steps).length > 0) throw noPreview(source);
  const diagnostics = listOf(value.diagnostics).flatMap(diagnosticOf);
  return { stack: stackOf([...steps, ...diagnostics].map(({ urn }) => urn)), steps, diagnostics };
}

/** Any of them is there, whatever became of the preview. */
const parts = ["steps", "diagnostics", "changeSummary"];

const howTo = "What is wanted is what `pulumi preview --json --show-replacement-steps` writes to standard output.";

function noPreview(source: string): PreviewError {
  return new PreviewError(`${source} is JSON, but not that of a preview. ${howTo}`);
}

/** Of a text that has filled the stack. */
export function tooDeep(source: string, cause: RangeError): PreviewError {
  return new PreviewError(`${source} is nested deeper than any preview (${errorText(cause)}). ${howTo}`, { cause });
}

function parse(text: string, source: string): unknown {
  if (text === "") {
    throw new PreviewError(`${source} is empty: where Pulumi can't begin, it says why on standard error. ${howTo}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PreviewError(`${source} ${whatElse(text) ?? `is no JSON (${errorText(error)})`}. ${howTo}`);
  }
}

function whatElse(text: string): string | undefined {
  const [first = "", ...more] = text.split("\n", 2);
  if (more.length > 0 && isJson(first)) {
    return "has one JSON value a line, as events of the engine are written (without PULUMI_ENABLE_STREAMING_JSON_PREVIEW it is one for all)";
  }
  if (text.startsWith("{") && !isClosed(text)) return "ends in the middle of its JSON: the preview was cut off";
  return undefined;
}

/** Whether each bracket that is opened outside of texts is closed. */
function isClosed(json: string): boolean {
  let open = 0;
  let isText = false;
  // A regular expression would fill the stack where a text is long.
  for (let at = 0; at < json.length; at++) {
    const character = json[at] ?? "";
    if (character === "\\") at++;
    else if (character === '"') isText = !isText;
    else if (!isText && "[{".includes(character)) open++;
    else if (!isText && "]}".includes(character)) open--;
  }
  return open === 0;
}

function isJson(line: string): boolean {
  try {
    return isRecord(JSON.parse(line));
  } catch {
    return false;
  }
}

function stepOf(value: unknown): PreviewStep[] {
  if (!isRecord(value) || typeof value.urn !== "string" || typeof value.op !== "string") return [];
  const states = [value.newState, value.oldState].filter(isRecord);
  return [
    {
      op: value.op,
      urn: value.urn,
      parent: states.map(({ parent }) => textOf(parent)).find((parent) => parent !== "") ?? "",
      ...(isRecord(value.oldState) ? { before: stateOf(value.oldState) } : {}),
      ...(isRecord(value.newState) ? { after: stateOf(value.newState) } : {}),
      paths: isRecord(value.detailedDiff) ? Object.keys(value.detailedDiff) : [],
    },
  ];
}

function stateOf({ inputs, outputs, hideDiff }: Record<string, unknown>): State {
  return { inputs, outputs, hidden: listOf(hideDiff).filter((path) => typeof path === "string") };
}

function diagnosticOf(value: unknown): Diagnostic[] {
  if (!isRecord(value) || typeof value.message !== "string") return [];
  const severity = textOf(value.severity);
  const message = value.message.trim();
  const prefix = `${severity}: `;
  // The engine puts it before some.
  return [
    {
      severity,
      message: message.startsWith(prefix) ? message.slice(prefix.length).trim() : message,
      urn: textOf(value.urn),
    },
  ];
}

function stackOf(urns: readonly string[]): string | undefined {
  for (const urn of urns) {
    const [, stack, project] = /^urn:pulumi:([^:]+)::([^:]+)::/.exec(urn) ?? [];
    if (stack !== undefined && project !== undefined) return `${project}/${stack}`;
  }
  return undefined;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
