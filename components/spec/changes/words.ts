import { placeOf } from "./places";
import { clausesOf } from "./subjects";
import type { DeletedFirst, Meanwhile, OfPod, OfService, Outlook, Reason, Step } from "./types";

/** What a run does with an InitPod, as one line; undefined where it changes nothing. */
export function wordsOf(outlook: Outlook): string | undefined {
  const { name, pod, service } = outlook;
  if (pod.kind === "same" && service.kind === "same") return undefined;
  const sentences = [...podSentences(pod, outlook), ...serviceSentences(service, pod), where(outlook)];
  return `${name}: ${sentences.filter((text) => text !== "").join(" ")}`;
}

/**
 * What `up` says beside Pulumi's own lines: why a Pod is made anew although nothing of it changes, and what changes of one
 * where the provider shows more than that; undefined where it is told by them.
 */
export function noticeOf({ app, pod }: Outlook): string | undefined {
  if (pod.kind !== "anew") return undefined;
  const { reasons, versions, isMixed } = pod;
  const sentences = (reasons ?? []).map((reason) => {
    if (reason.kind === "failed") return `Pod ${reason.pod} ${reason.what}. It is made anew.`;
    if (reason.kind === "noneLives") return `${noneLives}: a new one is made.`;
    if (reason.kind !== "spec" || (versions === undefined && !isMixed)) return "";
    const what = listed(clausesOf(reason.changes, { app }));
    return versions === undefined
      ? `The program changes of the Pod: ${what}. All else is of the cluster.`
      : `${madeBy(versions)} What differs: ${what}.`;
  });
  const text = sentences.filter((sentence) => sentence !== "").join(" ");
  return text === "" ? undefined : text;
}

const noneLives = "No Pod of it lives any more, as after a deletion, an eviction or a drained node";

function madeBy({ was, is }: { was: string; is: string }): string {
  return `The Pod was made by init-pod ${was}, and this is ${is}, whose defaults may be others.`;
}

function podSentences(pod: OfPod, outlook: Outlook): string[] {
  const inPlace = clausesInPlace(outlook);
  switch (pod.kind) {
    case "first":
      return ["a first deploy.", ...firstRuns(pod.steps)];
    case "anew":
      return anewSentences(pod, outlook);
    case "inPlace":
    case "same":
      return [
        "the Pod stays.",
        ...(inPlace.length === 0 ? [] : [`In place: ${listed(inPlace)}.`]),
        "No step runs again.",
      ];
    case "mayStay":
      return [
        `the Pod stays as it is, unless what only \`up\` knows turns out to be another value: ${listed(short(wordsFor(pod.unknown, outlook)))}.`,
        ...(inPlace.length === 0 ? [] : [`In place: ${listed(inPlace)}.`]),
      ];
  }
}

function anewSentences(pod: OfPod & { kind: "anew" }, outlook: Outlook): string[] {
  const { reasons, besides, steps, meanwhile, isProtected, versions, isMixed } = pod;
  const changed = [...clausesOf(besides, outlook), ...clausesInPlace(outlook)];
  return [
    `a new Pod, ${whyAnew(reasons, outlook)}.`,
    ...(isProtected ? ["It is protected, so that Pulumi refuses to."] : []),
    ...(changed.length === 0 ? [] : [`Besides, ${listed(changed)}.`]),
    ...runs(steps),
    ...(meanwhile === undefined || isProtected ? [] : [meanwhileSentence(meanwhile, outlook)]),
    ...(versions === undefined ? [] : [madeBy(versions)]),
    ...(isMixed ? ["What else is shown to change in the Pod is of the cluster."] : []),
  ];
}

function whyAnew(reasons: readonly Reason[] | undefined, outlook: Outlook): string {
  if (reasons === undefined) return "and why is not known, as its Pods could not be read";
  if (reasons.length === 0) return "as this run asks for it (by --replace, an option, or what it depends on)";
  return reasons.map((reason) => `because ${clauseOf(reason, outlook)}`).join(", and ");
}

function clauseOf(reason: Reason, outlook: Outlook): string {
  switch (reason.kind) {
    case "spec":
    case "metadata":
      return listed(clausesOf(reason.changes, outlook));
    case "failed":
      return `Pod ${reason.pod} ${reason.what}`;
    case "noneLives":
      return noneLives.replace(/^N/, "n");
    case "moves":
      return `its namespace changes (${reason.from} → ${reason.to})`;
    case "editedByOthers":
      return "somebody else has changed the Pod since it was made";
  }
}

function clausesInPlace({ app, pod, service }: Outlook): string[] {
  return [
    ...(pod.kind === "inPlace" || pod.kind === "mayStay" ? clausesOf(pod.changes, { app }) : []),
    ...(service.kind === "inPlace" ? clausesOf(service.changes, { app, isOfService: true }) : []),
  ];
}

function firstRuns(steps: readonly Step[]): string[] {
  return sentencesOf(["Runs", named(steps, false)], ["Starts beside the app", named(steps, true)]);
}

function runs(steps: readonly Step[]): string[] {
  const [old, fresh] = [steps.filter(({ isNew }) => !isNew), steps.filter(({ isNew }) => isNew)];
  return sentencesOf(
    ["Runs again", named(old, false)],
    ["Starts again", named(old, true)],
    ["Runs for the first time", named(fresh, false)],
    ["Starts for the first time", named(fresh, true)],
  );
}

function named(steps: readonly Step[], sidecars: boolean): string[] {
  return steps.filter(({ isSidecar }) => isSidecar === sidecars).map(({ name }) => name);
}

function sentencesOf(...lists: readonly (readonly [string, readonly string[]])[]): string[] {
  return lists.filter(([, names]) => names.length > 0).map(([verb, names]) => `${verb}: ${names.join(", ")}.`);
}

const firstWhy: Readonly<Record<DeletedFirst, string>> = {
  asked: "as deleteBeforeReplace asks for",
  ownName: "as a transformation sets its name",
  nameWithoutChance: "as pulumi:autonaming leaves no random part to its name",
};

function meanwhileSentence(meanwhile: Meanwhile, { serves }: Outlook): string {
  const verb = serves ? "serves" : "runs";
  switch (meanwhile.kind) {
    case "oldServes":
      return `The old Pod ${verb} until the new one is Ready: no downtime.`;
    case "deletedFirst":
      return `Downtime: the old Pod is deleted first, ${firstWhy[meanwhile.why]}, and nothing ${verb} until the new one is Ready.`;
    case "nothingServes":
      return `No Pod of it is Ready now, so that nothing ${verb} until the new one is.`;
  }
}

function serviceSentences(service: OfService, pod: OfPod): string[] {
  switch (service.kind) {
    case "added":
      return [`${pod.kind === "first" ? "With a Service" : "A Service is added"} (port ${service.ports}).`];
    case "anew":
      return ["Its Service is made anew."];
    case "notAskedFor":
      return ["Its Service is no longer asked for."];
    case "inPlace":
    case "same":
      return [];
  }
}

function where({ namespace, context }: Outlook): string {
  const places = [
    ...(namespace === undefined ? [] : [`namespace ${namespace}`]),
    ...(context === undefined ? [] : [`context "${context}"`]),
  ];
  return places.length === 0 ? "" : `In ${places.join(", ")}.`;
}

const mostListed = 5;

function wordsFor(paths: readonly string[], { app }: Outlook): string[] {
  return [...new Set(paths.map((path) => placeOf(path, app).words))];
}

function short(paths: readonly string[]): string[] {
  const more = paths.length - mostListed;
  return [...paths.slice(0, mostListed), ...(more > 0 ? [`${more} more`] : [])];
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1) ?? ""}`;
}
