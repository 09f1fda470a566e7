#!/usr/bin/env node
import { styleText } from "node:util";
import { sweepForwards } from "../forward/sweep";
import { stateFolder } from "../forward/stateFolder";
import { packageVersion } from "../forward/version";
import { parseCommand, usage, UsageError, type Command } from "./arguments";
import { viewCluster, type ClusterView } from "./clusterView";
import { forwardAll } from "./forward";
import { statusOf } from "./status";
import { statusText, type Paint } from "./statusText";
import { stopForwards } from "./stop";

const exitCode = { well: 0, failed: 1, usage: 2, unwell: 3 } as const;

const paint: Paint = (style, text) => styleText(style, text, { stream: process.stdout });

async function run(args: readonly string[]): Promise<number> {
  const command = parseCommand(args);
  if (command === "help") return print(usage);
  if (command === "version") return print(`${packageVersion()}\n`);
  const folder = stateFolder();
  await sweepForwards(folder);
  switch (command.verb) {
    case "status":
      return await status(folder, command);
    case "forward":
      return await forward(folder, command);
    case "stop":
      return await stop(folder, command);
  }
}

async function status(folder: string, command: Command): Promise<number> {
  const view = await viewCluster(command).catch((error: unknown) => error as Error);
  const found = statusOf(folder, command.names, view);
  print(command.json ? toJson(found) : statusText(found, columns(), paint));
  return found.healthy ? exitCode.well : exitCode.unwell;
}

async function forward(folder: string, command: Command): Promise<number> {
  const view: ClusterView = await viewCluster(command);
  const outcomes = await forwardAll(view, command.names, folder);
  if (command.json) print(toJson({ context: view.context, server: view.server, forwards: outcomes }));
  else if (outcomes.length === 0) print(`No InitPod${named(command)} with a URL in context ${view.context}.\n`);
  for (const { name, url, state, message } of command.json ? [] : outcomes) {
    const words = { answers: paint("green", "answers"), waits: paint("yellow", "waits for its Pod"), failed: "" };
    print(state === "failed" ? paint("red", `${name}  ${message ?? ""}\n`) : `${name}  ${url}  ${words[state]}\n`);
  }
  const isMissing = outcomes.length === 0 && command.names.length > 0;
  return isMissing || outcomes.some(({ state }) => state === "failed") ? exitCode.failed : exitCode.well;
}

async function stop(folder: string, command: Command): Promise<number> {
  const stopped = await stopForwards(folder, command.names);
  if (command.json) print(toJson({ stopped }));
  else if (stopped.length === 0) print(`No forward${named(command)} on this machine.\n`);
  else for (const { name, namespace, url } of stopped) print(`Stopped ${url} (${namespace}/${name}).\n`);
  return stopped.length === 0 && command.names.length > 0 ? exitCode.failed : exitCode.well;
}

/** A pipe has no width: programs such as grep want whole rows. */
function columns(): number {
  return process.stdout.columns || Number(process.env.COLUMNS) || Number.POSITIVE_INFINITY;
}

function named({ names }: Command): string {
  return names.length === 0 ? "" : ` named ${names.join(", ")}`;
}

function print(text: string): number {
  process.stdout.write(text);
  return exitCode.well;
}

function toJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2) + "\n";
}

// A reader such as `head` may leave early.
process.stdout.on("error", () => process.exit(exitCode.well));

run(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(error instanceof UsageError ? `${message}\n\n${usage}` : `init-pod: ${message}\n`);
    process.exitCode = error instanceof UsageError ? exitCode.usage : exitCode.failed;
  },
);
