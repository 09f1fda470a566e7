import {
  type AppContainer,
  appName,
  type InitPodArgs,
  type InitStep,
  kindNames,
  kindsOf,
  planOf,
  Security,
  stepNames,
} from "..";
import { shaped } from "../shape";
import {
  dnsLabel,
  envName,
  flag,
  httpPath,
  image,
  objectName,
  oneOf,
  passwordLength,
  port,
  type Problem,
  problemsIn,
  problemsInOptional,
  registry,
  seconds,
  secretEnvProblems,
  secretKey,
  specialCharacters,
  text,
  wholeNumber,
} from "../values";
import { isolationProblems, ungeneratedProblems } from "./isolation";
import { limitProblems } from "./limits";
import { metadataProblems } from "./metadata";
import { networkProblems } from "./network";
import { nonRootProblems } from "./nonRoot";
import { sizeProblems } from "./sizes";
import { volumeProblems } from "./volumes";

/**
 * Everything that is wrong with the plain values of the arguments, which may be any JavaScript value. An Output is
 * checked when it resolves, by `guarded` and `checked`.
 */
export function problemsOf(given: unknown): Problem[] {
  const { problems, args } = shaped(given);
  const isToldOf = ({ field }: Problem): boolean =>
    problems.some((told) => isWithin(field, told.field) || isWithin(told.field, field));
  return [...problems, ...soundProblems(args).filter((problem) => !isToldOf(problem))];
}

/** Whether a field is another one or lies in it. */
function isWithin(field: string, outer: string): boolean {
  return field === outer || (field.startsWith(outer) && [".", "["].includes(field.charAt(outer.length)));
}

function soundProblems(args: InitPodArgs): Problem[] {
  // In languages without types it may be missing, and then nothing else can be said.
  const app = args.container as AppContainer | undefined;
  if (app === undefined) return [{ field: "container", value: "", fix: "is missing; it says what the Pod runs" }];
  const steps = args.init ?? [];
  return [
    ...steps.flatMap((step, at) => stepProblems(step, `init[${at}]`)),
    ...appProblems(app),
    ...nameProblems(args),
    ...volumeProblems(args),
    ...networkProblems(args),
    ...metadataProblems(args),
    ...problemsInOptional("security", args.security, oneOf(Object.values(Security))),
    ...(args.imagePullSecrets ?? []).flatMap((name, at) => problemsIn(`imagePullSecrets[${at}]`, name, objectName)),
    ...problemsInOptional("imageRegistry", args.imageRegistry, registry),
    ...problemsInOptional("namespace", args.namespace, dnsLabel),
    ...problemsInOptional("timeoutSeconds", args.timeoutSeconds, seconds),
    ...problemsInOptional("retries", args.retries, wholeNumber(0)),
    ...generateProblems(args),
    ...limitProblems(args),
    ...isolationProblems(args),
    ...ungeneratedProblems(args),
    ...nonRootProblems(args),
    ...sizeProblems(args),
  ];
}

function generateProblems({ generate = {} }: InitPodArgs): Problem[] {
  return Object.entries(generate).flatMap(([name, { length, special, keepers = {} }]) => [
    ...problemsIn(`generate.${name}`, name, secretKey),
    ...problemsInOptional(`generate.${name}.length`, length, passwordLength),
    ...problemsInOptional(`generate.${name}.special`, special, specialCharacters),
    ...Object.entries(keepers).flatMap(([keeper, value]) =>
      problemsIn(`generate.${name}.keepers.${keeper}`, value, text),
    ),
  ]);
}

function stepProblems(step: InitStep, field: string): Problem[] {
  const planned = planOf(step);
  const common = [
    ...problemsInOptional(`${field}.name`, step.name, dnsLabel),
    ...problemsInOptional(`${field}.image`, step.image, image),
    ...problemsInOptional(`${field}.retries`, step.retries, wholeNumber(0)),
    ...problemsInOptional(`${field}.timeoutSeconds`, step.timeoutSeconds, seconds),
    ...problemsInOptional(`${field}.sidecar`, step.sidecar, flag),
    ...startProblems(step, `${field}.startWhen`),
    ...secretEnvProblems(`${field}.secretEnv`, step.secretEnv, planned?.plan.variables),
  ];
  if (planned === undefined) return [kindProblem(step, field), ...common];

  const { kind, plan } = planned;
  return [
    ...common,
    ...plan.problems(`${field}.${kind}`),
    ...(step.sidecar === true && !plan.canBeSidecar
      ? [
          {
            field: `${field}.sidecar`,
            value: "true",
            fix: `a ${kind} ends by itself and can't be a sidecar; remove it`,
          },
        ]
      : []),
    ...(plan.ownImage === true && step.image !== undefined
      ? [
          {
            field: `${field}.image`,
            value: "",
            fix: `is for another image than ${kind}.image, which runs here; remove it`,
          },
        ]
      : []),
    ...(step.image === undefined && plan.image === undefined && plan.ownImage !== true && plan.raw?.image === undefined
      ? [{ field: `${field}.${kind}.image`, value: "", fix: "is missing; name the image to run" }]
      : []),
    ...(["name", "image", "securityContext"] as const).flatMap((both) =>
      step[both] !== undefined && plan.raw?.[both] !== undefined && step[both] !== plan.raw[both]
        ? [{ field: `${field}.${both}`, value: "", fix: `is in ${kind}.${both} as well; keep one of them` }]
        : [],
    ),
  ];
}

function startProblems({ sidecar, startWhen }: InitStep, field: string): Problem[] {
  if (startWhen === undefined) return [];
  const { port: listens, command } = startWhen;
  return [
    ...(sidecar === true
      ? []
      : [
          {
            field,
            value: "",
            fix: "is for a sidecar, as the next step waits for the end of any other; set sidecar to true, or remove it",
          },
        ]),
    ...((listens === undefined) === (command === undefined)
      ? [{ field, value: "", fix: "needs exactly one of port and command" }]
      : []),
    ...problemsInOptional(`${field}.port`, listens, port),
    ...(command?.length === 0 ? [{ field: `${field}.command`, value: "[]", fix: "must name a command" }] : []),
    ...(command ?? []).flatMap((part, at) => problemsIn(`${field}.command[${at}]`, part, text)),
  ];
}

function kindProblem(step: InitStep, field: string): Problem {
  const kinds = kindsOf(step);
  const fix = `needs exactly one of ${kindNames.join(", ")}`;
  return {
    field,
    value: "",
    fix: `${fix}; it has ${(kinds.length > 0 ? kinds : Object.keys(step)).join(", ") || "none"}`,
  };
}

function appProblems(app: AppContainer): Problem[] {
  return [
    ...problemsInOptional("container.name", app.name, dnsLabel),
    ...problemsIn("container.image", app.image, image),
    ...problemsInOptional("container.port", app.port, port),
    ...problemsInOptional("container.readyPath", app.readyPath, httpPath),
    ...(app.readyPath !== undefined && app.port === undefined
      ? [{ field: "container.readyPath", value: "", fix: "needs container.port: the port to ask" }]
      : []),
    ...(["command", "args"] as const).flatMap((list) =>
      (app[list] ?? []).flatMap((part, at) => problemsIn(`container.${list}[${at}]`, part, text)),
    ),
    ...Object.keys(app.env ?? {}).flatMap((name) => problemsIn(`container.env.${name}`, name, envName)),
    ...secretEnvProblems("container.secretEnv", app.secretEnv, Object.keys(app.env ?? {})),
    ...rawNameProblems(app),
  ];
}

function rawNameProblems({ name, container }: AppContainer): Problem[] {
  const raw: unknown = container?.name;
  const field = "container.container.name";
  if (raw === undefined) return [];
  if (typeof raw !== "string") return [{ field, value: "", fix: "must be a plain string: logs and errors name it" }];
  if (name !== undefined && name !== raw) return [{ field, value: "", fix: "is in container.name as well; keep one" }];
  return [];
}

function nameProblems(args: InitPodArgs): Problem[] {
  const names = stepNames(args);
  return names.flatMap((name, at) => {
    const first = [appName(args.container), ...names].indexOf(name);
    if (first === at + 1) return [];
    const other = first === 0 ? "the app container" : `init[${first - 1}]`;
    return [
      { field: `init[${at}].name`, value: JSON.stringify(name), fix: `is the name of ${other} too; choose another` },
    ];
  });
}
