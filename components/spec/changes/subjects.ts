import { placeOf } from "./places";
import { shownChange } from "./shown";
import type { Change, How } from "./types";

/** Fields that are named one by one; of the others their number says enough. */
const mostNamed = 5;

/** What is said of changes that belong to one object. */
export interface Naming {
  /** Name of the app's container. */
  readonly app: string;
  readonly isOfService?: boolean;
}

/** Changes as clauses, `the image of app changes (1 → 2)`, as few as say it. */
export function clausesOf(changes: readonly Change[], naming: Naming): string[] {
  const clauses = [...groups(withoutEchoes(changes), naming).values()].map(clauseOf);
  const more = clauses.length - mostNamed;
  return more > 0
    ? [...clauses.slice(0, mostNamed), `${more} more of its fields ${more === 1 ? "changes" : "change"}`]
    : clauses;
}

interface Group {
  words: string;
  how: How;
  from?: string;
  to?: string;
}

/** By what they lead to: a field may have several leaves. */
function groups(changes: readonly Change[], naming: Naming): Map<string, Group> {
  const all = new Map<string, Group>();
  for (const change of changes) {
    const { key, group } = groupOf(change, naming);
    const known = all.get(key);
    all.set(key, known === undefined ? group : joined(known, group));
  }
  return all;
}

function groupOf(change: Change, { app, isOfService = false }: Naming): { key: string; group: Group } {
  const { path, how, from, to } = change;
  if (path === "") return { key: path, group: { words: "what the old one has and the new one has not", how } };
  const place = placeOf(path, app, isOfService);
  const words = change.isScript === true ? place.words.replace("the command", "the script") : place.words;
  const values = place.showsValues === true ? { from, to } : {};
  const variable = /^.*env\[[^\]]+\]/.exec(path)?.[0];
  return { key: variable ?? words, group: { words, how, ...values } };
}

/** Where one item goes and another comes, or a value becomes a secret one, that is a change. */
function joined(one: Group, other: Group): Group {
  const isSame = one.how === other.how;
  const { words } = other.words.length > one.words.length ? other : one;
  if (one.words !== other.words) return { words, how: isSame ? one.how : "changed" };
  return { words, how: isSame ? one.how : "changed", from: one.from ?? other.from, to: one.to ?? other.to };
}

/** Items that are new or gone stand for all that is in them, and a list whose items change for its order. */
function withoutEchoes(changes: readonly Change[]): Change[] {
  const items = changes.flatMap(({ path, how }) => {
    const item = /^((?:initContainers|containers|volumes)\[[^\]]+\])\.name$/.exec(path)?.[1];
    return item === undefined || how === "changed" ? [] : [{ item, how }];
  });
  const whole = items.map(({ item, how }): Change => ({ path: item, how }));
  const isInWhole = (path: string): boolean => items.some(({ item }) => path.startsWith(`${item}.`));
  const rest = changes.filter(({ path }) => !isInWhole(path) && !isEchoOf(path, changes));
  // A step brings its volumes along, and its folder to others.
  const hasContainer = items.some(({ item }) => !item.startsWith("volumes"));
  const all = [...whole, ...rest];
  const main = all.filter(({ path }) => !/^volumes|\.volumeMounts/.test(path));
  return hasContainer && main.length > 0 ? main : all;
}

function isEchoOf(path: string, changes: readonly Change[]): boolean {
  const isWithin = (beginning: string): boolean =>
    changes.some((other) => other.path !== path && other.path.startsWith(beginning));
  if (path.endsWith("[]")) return isWithin(path.slice(0, -1));
  // An empty object that gets its first field, or has lost its last. Keys of labels have dots of their own.
  return path !== "" && !/^(labels|annotations)\./.test(path) && isWithin(`${path}.`);
}

const verbs: Readonly<Record<How, string>> = {
  changed: "changes",
  added: "is new",
  gone: "is gone",
  unknown: "may change, by a value that only `up` knows",
};

function clauseOf({ words, how, from, to }: Group): string {
  return `${words} ${verbs[how]}${how === "gone" ? "" : shownChange(words, from, to)}`;
}
