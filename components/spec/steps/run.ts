import type * as pulumi from "@pulumi/pulumi";
import { environment, escapeExpansion } from "../environment";
import {
  argumentSize,
  defaultImages,
  envName,
  nonEmpty,
  problemsIn,
  problemsInOptional,
  text,
  writtenPath,
} from "../values";
import type { StepPlan } from "./plan";

/**
 * Runs a script or a command. Exactly one of the two is set. It may run again (a node that restarts, a new sandbox for
 * the Pod), so it should be able to find its own output there.
 *
 * Source: https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#detailed-behavior
 */
export interface Run {
  /**
   * A shell script of at most 131,071 bytes, as Linux takes no longer argument. It stops at the first failing command and
   * at an unset variable. The shell is process 1, to which SIGTERM does nothing by default: let a sidecar's script end in
   * `exec COMMAND`, or deleting the Pod takes its whole grace period (30 seconds by default).
   */
  script?: pulumi.Input<string>;
  /** Command and arguments, for images without a shell. Taken literally: no $(NAME) is expanded. */
  command?: pulumi.Input<string>[];
  /** What runs the script, which is appended to it. Default: ["sh", "-euc"]. */
  shell?: string[];
  /** Environment variables. Values are taken literally: no $(NAME) is expanded. */
  env?: Record<string, pulumi.Input<string>>;
  /** Files or folders that it writes. The folder that each lies in becomes a volume which the app sees as well. */
  writes?: string[];
}

/** The plan of a step that runs a script or a command. */
export function run(value: Run): StepPlan {
  const { script, command, shell = ["sh", "-euc"], env = {}, writes = [] } = value;
  return {
    image: defaultImages.busybox,
    canBeSidecar: true,
    writes,
    variables: Object.keys(env),
    secrets: {},
    problems: (field) => [
      ...((script === undefined) === (command === undefined)
        ? [{ field, value: "", fix: "needs exactly one of script and command" }]
        : []),
      ...problemsInOptional(`${field}.script`, script, nonEmpty),
      ...(command?.length === 0 ? [{ field: `${field}.command`, value: "[]", fix: "must name a command" }] : []),
      ...(command ?? []).flatMap((part, at) => problemsIn(`${field}.command[${at}]`, part, text)),
      ...shell.flatMap((part, at) => problemsIn(`${field}.shell[${at}]`, part, nonEmpty)),
      ...(shell.length === 0 ? [{ field: `${field}.shell`, value: "[]", fix: "must name a shell" }] : []),
      ...(value.shell !== undefined && script === undefined
        ? [{ field: `${field}.shell`, value: "", fix: "is for a script; remove it or give a script" }]
        : []),
      ...Object.keys(env).flatMap((name) => problemsIn(`${field}.env.${name}`, name, envName)),
      ...writes.flatMap((path, at) => problemsIn(`${field}.writes[${at}]`, path, writtenPath)),
    ],
    container: (field, leaves) => ({
      command: (script === undefined
        ? (command ?? []).map((part, at) => leaves.checked(part, `${field}.command[${at}]`, argumentSize))
        : [...shell, leaves.checked(script, `${field}.script`, argumentSize)]
      ).map(escapeExpansion),
      env: environment(env, `${field}.env`, leaves),
    }),
  };
}
