import type * as pulumi from "@pulumi/pulumi";
import { filesName } from "../../contract";
import { environment, escapeExpansion, type Leaves, type Texts } from "../environment";
import {
  allOf,
  bytesOf,
  type Check,
  defaultImages,
  fileMode,
  hiddenValue,
  isPlain,
  type Problem,
  problemsIn,
  problemsInOptional,
  shownBytes,
  text,
  writtenPath,
} from "../values";
import type { OwnVolume, StepPlan } from "./plan";
import { fileLine, filesScript, how, sources, variables } from "./scripts/files";

/**
 * Writes files: of texts as they are, or with values filled in when the step runs. A changed text makes the Pod anew. The
 * folder of each file becomes a volume which later steps and the app see as well.
 */
export interface Files {
  /**
   * Texts by absolute path, taken literally: nothing in them is filled in. All texts of a step have 1 MiB at most. One that
   * is a Pulumi secret is kept in a Kubernetes Secret, the others in a ConfigMap.
   */
  contents?: Record<string, pulumi.Input<string>>;
  /**
   * The same with values filled in: $(NAME) becomes the value of `env` or of the step's `secretEnv`, whatever characters it
   * has. A name that is in neither is refused, and $$( stands for $(. Whoever reads the file reads the values.
   */
  templates?: Record<string, pulumi.Input<string>>;
  /** Values for templates. One that is a Pulumi secret is kept in a Kubernetes Secret. */
  env?: Record<string, pulumi.Input<string>>;
  /** Octal permissions of the files. Default: "0644". */
  mode?: string;
  /** Octal permissions of single files, by path. Default: `mode`. */
  modes?: Record<string, string>;
}

const defaultMode = "0644";
/** It takes a moment; what takes longer hangs. */
const defaultTimeoutSeconds = 60;
/** As much as Kubernetes keeps in one ConfigMap or Secret. Source: https://kubernetes.io/docs/concepts/configuration/configmap/#motivation */
const mostBytes = 1024 * 1024;

/** The plan of a step that writes files; `secretNames` are the variables of its secretEnv. */
export function files(value: Files, secretNames: readonly string[] = []): StepPlan {
  const { env = {} } = value;
  const names = [...Object.keys(env), ...secretNames];
  return {
    image: defaultImages.busybox,
    canBeSidecar: false,
    timeoutSeconds: defaultTimeoutSeconds,
    writes: filesOf(value).map(({ to }) => to),
    variables: Object.keys(env),
    secrets: {},
    problems: (field) => problems(value, names, field),
    container: (field, leaves) => ({
      // Kubernetes expands $(…) in arguments; the script has its own.
      command: ["sh", "-c", escapeExpansion(filesScript), filesName],
      env: [
        ...environment(env, `${field}.env`, leaves),
        { name: variables.files, value: escapeExpansion(listOf(value, leaves)) },
      ],
    }),
    volumes: (field, leaves) => volumes(value, names, field, leaves),
  };
}

interface File {
  to: string;
  /** Field of the arguments that has it. */
  list: "contents" | "templates";
  text: pulumi.Input<string>;
  /** Name in the volume. */
  key: string;
}

function filesOf({ contents = {}, templates = {} }: Files): File[] {
  const taken = new Set<string>();
  return [
    ...Object.entries(contents).map(([to, text]) => ({ to, text, list: "contents" as const })),
    ...Object.entries(templates).map(([to, text]) => ({ to, text, list: "templates" as const })),
  ].map((file) => ({ ...file, key: keyOf(file.to, taken) }));
}

/** Source: https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-object */
function keyOf(path: string, taken: Set<string>): string {
  const base = path
    .replace(/^\//, "")
    .replace(/[^-._a-zA-Z0-9]/g, "_")
    .slice(-longestKey);
  let key = base;
  for (let number = 2; taken.has(key); number++) key = `${base}-${number}`;
  taken.add(key);
  return key;
}

/** Shorter than what Kubernetes takes by the number that may follow. */
const longestKey = 240;

function problems(value: Files, names: readonly string[], field: string): Problem[] {
  const { env = {}, mode, modes = {} } = value;
  const all = filesOf(value);
  const bytes = all.reduce((sum, file) => sum + (isPlain(file.text) ? bytesOf(String(file.text)) : 0), 0);
  return [
    ...(all.length === 0 ? [{ field, value: "", fix: "needs contents or templates: texts by path" }] : []),
    ...all.flatMap(({ to, list, text: content }) => {
      const at = `${field}.${list}.${to}`;
      return [
        ...problemsIn(at, to, writtenPath),
        ...problemsIn(at, content, list === "templates" ? template(names) : text, () => hiddenValue),
        ...(list === "templates" && Object.hasOwn(value.contents ?? {}, to)
          ? [{ field: at, value: "", fix: "is in contents as well; keep one of them" }]
          : []),
      ];
    }),
    ...Object.keys(env).flatMap((name) => problemsIn(`${field}.env.${name}`, name, fillName)),
    ...problemsInOptional(`${field}.mode`, mode, fileMode),
    ...Object.entries(modes).flatMap(([path, one]) => [
      ...problemsIn(`${field}.modes.${path}`, one, fileMode),
      ...(all.some(({ to }) => to === path)
        ? []
        : [{ field: `${field}.modes.${path}`, value: "", fix: "is none of the files; give the path of one" }]),
    ]),
    ...(bytes > mostBytes
      ? [
          {
            field,
            value: "",
            fix: `has ${shownBytes(bytes)} of text, and may have ${shownBytes(mostBytes)}; fetch large files by a download step`,
          },
        ]
      : []),
  ];
}

/** What can be filled in: names that every shell hands on. */
const fillName: Check = (value) =>
  typeof value === "string" && /^[A-Za-z_]\w*$/.test(value)
    ? undefined
    : 'is no name that can be filled in: letters, digits and "_", no digit first';

/** A text in which nothing is to be filled in but these names. */
function template(names: readonly string[]): Check {
  return (value) => {
    if (typeof value !== "string") return text(value);
    const rest = value.replaceAll("$$(", "");
    for (const [whole, name] of rest.matchAll(/\$\(([^)\n]*)\)?/g)) {
      if (name !== undefined && whole.endsWith(")") && names.includes(name)) continue;
      const shown = whole.length > 40 ? `${whole.slice(0, 40)}…` : whole;
      return `asks for ${shown}, which is neither in env nor in secretEnv; name it there, or write $$( for a $( that is to stay`;
    }
    return undefined;
  };
}

const fileSize: Check = (value) =>
  typeof value === "string" && bytesOf(value) > mostBytes
    ? `has ${shownBytes(bytesOf(value))}, and may have ${shownBytes(mostBytes)}; fetch it by a download step`
    : undefined;

function listOf(value: Files, { isSecret }: Leaves): string {
  const { mode = defaultMode, modes = {} } = value;
  return filesOf(value)
    .map(({ to, list, text: content, key }) =>
      fileLine({
        how: list === "templates" ? how.template : how.literal,
        mode: modes[to] ?? mode,
        from: `${isSecret(content) ? sources.secret : sources.plain}/${key}`,
        to,
      }),
    )
    .join("\n");
}

function volumes(value: Files, names: readonly string[], field: string, leaves: Leaves): OwnVolume[] {
  const all = filesOf(value);
  const textsWhere = (isSecret: boolean): Texts =>
    Object.fromEntries(
      all
        .filter((file) => leaves.isSecret(file.text) === isSecret)
        .map(({ key, to, list, text: content }) => {
          const check = allOf(list === "templates" ? template(names) : text, fileSize);
          return [key, leaves.checked(content, `${field}.${list}.${to}`, check)];
        }),
    );
  const [plain, secret] = [textsWhere(false), textsWhere(true)];
  return [
    ...(Object.keys(plain).length === 0
      ? []
      : [
          {
            suffix: "files",
            mountPath: sources.plain,
            source: { configMap: { name: leaves.keep("ConfigMap", plain) } },
          },
        ]),
    ...(Object.keys(secret).length === 0
      ? []
      : [
          {
            suffix: "secret-files",
            mountPath: sources.secret,
            source: { secret: { secretName: leaves.keep("Secret", secret) } },
          },
        ]),
  ];
}
