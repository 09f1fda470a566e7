import { sweepForwards } from "../forward/client";
import { packageVersion, stateFolder } from "../forward/state";
import { errorText } from "../text";
import { type LogEntry, showLogs } from "./logs";
import { forwardText, LogText, paintFor, previewMarkdown, statusText, stopText } from "./print";
import {
  type Command,
  forwardAll,
  helpOf,
  parseCommand,
  previewOf,
  statusOf,
  stopForwards,
  usage,
  UsageError,
  viewCluster,
} from "./verbs";

const exitCode = { well: 0, failed: 1, usage: 2, unwell: 3, interrupted: 130 } as const;

const paint = paintFor(process.stdout);

async function run(args: readonly string[]): Promise<number> {
  const command = parseCommand(args);
  if (command === "help") return print(usage);
  if (command === "version") return print(`${packageVersion()}\n`);
  if ("helpOn" in command) return print(helpOf(command.helpOn));
  if (command.verb === "preview-comment") return await previewComment(command);
  const folder = stateFolder();
  await sweepForwards(folder);
  switch (command.verb) {
    case "status":
      return await status(folder, command);
    case "logs":
      return await logs(command);
    case "forward":
      return await forward(folder, command);
    case "stop":
      return await stop(folder, command);
  }
}

async function status(folder: string, command: Command): Promise<number> {
  const view = await viewCluster(command).catch((error: unknown) => error as Error);
  try {
    const found = await statusOf(folder, command, view);
    print(command.json ? toJson(found) : statusText(found, columns(), paint));
    return found.problem !== undefined ? exitCode.failed : found.healthy ? exitCode.well : exitCode.unwell;
  } finally {
    if (!(view instanceof Error)) view.close();
  }
}

async function logs(command: Command): Promise<number> {
  // Whoever has seen enough gets no half of a line.
  process.once("SIGINT", () => process.exit(exitCode.interrupted));
  const view = await viewCluster(command);
  const text = new LogText(paint);
  const entry = (one: LogEntry): void => void print(command.json ? `${JSON.stringify(one)}\n` : text.of(one));
  const note = (words: string): void => void process.stderr.write(`${words}\n`);
  try {
    return (await showLogs(view, command, { entry, note })) ? exitCode.well : exitCode.unwell;
  } finally {
    view.close();
  }
}

async function forward(folder: string, command: Command): Promise<number> {
  const view = await viewCluster(command);
  try {
    const forwards = await forwardAll(view, command.names, folder);
    const { context, server } = view;
    print(command.json ? toJson({ context, server, forwards }) : forwardText(forwards, context, columns(), paint));
    return forwards.some(({ state }) => state === "failed") ? exitCode.failed : exitCode.well;
  } finally {
    view.close();
  }
}

async function stop(folder: string, command: Command): Promise<number> {
  const stopped = await stopForwards(folder, command);
  print(command.json ? toJson({ stopped }) : stopText(stopped, columns()));
  return exitCode.well;
}

async function previewComment(command: Command): Promise<number> {
  const summary = await previewOf(command);
  return print(command.json ? toJson(summary) : previewMarkdown(summary));
}

/** A pipe has no width: programs such as grep want whole rows. */
function columns(): number {
  return process.stdout.columns || Number(process.env.COLUMNS) || Number.POSITIVE_INFINITY;
}

function print(text: string): number {
  process.stdout.write(text);
  return exitCode.well;
}

function toJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2) + "\n";
}

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader such as `head` may leave early.
  if (error.code === "EPIPE") process.exit(exitCode.well);
  process.stderr.write(`init-pod: The output can't be written: ${error.message}\n`);
  process.exit(exitCode.failed);
});

run(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    const message = errorText(error);
    process.stderr.write(error instanceof UsageError ? `${message}\n\n${usage}` : `init-pod: ${message}\n`);
    process.exitCode = error instanceof UsageError ? exitCode.usage : exitCode.failed;
  },
);
