import { titleOf } from "./initPods";

interface Named {
  namespace: string;
  name: string;
}

/** A name that stands for none of what there is, or for several. */
export class NameError extends Error {
  override readonly name = "NameError";
}

/** Whether `names` mean it: all mean everything, and each is `NAME` or `NAMESPACE/NAME`. */
export function isMeant(names: readonly string[], one: Named): boolean {
  return names.length === 0 || names.includes(one.name) || names.includes(titleOf(one));
}

/**
 * What `names` mean, each at least one of `all`.
 * @throws {NameError} where a name means none of them.
 */
export function chooseAny<T extends Named>(names: readonly string[], all: readonly T[], what: string): T[] {
  for (const name of names) {
    if (all.some((one) => isMeant([name], one))) continue;
    const others = [...new Set(all.map(titleOf))];
    const known =
      others.length === 0 ? "There is none." : `There ${others.length === 1 ? "is" : "are"}: ${list(others)}.`;
    throw new NameError(`No ${what} named ${name}. ${known}`);
  }
  return all.filter((one) => isMeant(names, one));
}

/**
 * What `names` mean, each one of `all`.
 * @throws {NameError} where a name means none of them, or several of different namespaces.
 */
export function chooseEach<T extends Named>(names: readonly string[], all: readonly T[], what: string): T[] {
  for (const name of names) {
    const titles = [...new Set(all.filter((one) => isMeant([name], one)).map(titleOf))];
    if (titles.length < 2) continue;
    throw new NameError(
      `${name} is the name of ${titles.length}: say which of ${list(titles)}, or give its namespace with -n.`,
    );
  }
  return chooseAny(names, all, what);
}

const mostNamed = 8;

function list(titles: readonly string[]): string {
  const more = titles.length - mostNamed;
  return titles.slice(0, mostNamed).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
