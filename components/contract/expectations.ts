import { annotation } from "./annotations";

/** What an InitPod expects of its Pod: by it, whoever looks at the Pod later comes to the same verdict as `up`. */
export interface Expectations {
  /** Failing attempts tolerated after the first, by container and for every other one. */
  retries: Retries;
  /** Whether it declares a port, so that a Pod that ran to its end has failed. */
  mustServe: boolean;
  /** Seconds that an attempt of a step may take, by container; without an entry it may take any time. */
  timeouts?: Timeouts;
}

export type Timeouts = Readonly<Record<string, number>>;

export interface Retries {
  default: number;
  byContainer: Record<string, number>;
}

/** Failing attempts tolerated after the first where nothing else is said. */
export const defaultRetries = 1;

/** Failing attempts of a container that are tolerated after the first. */
export function toleratedRetries({ byContainer, default: otherwise }: Retries, container: string): number {
  return Object.hasOwn(byContainer, container) ? (byContainer[container] ?? otherwise) : otherwise;
}

/** Seconds that an attempt of a container may take; undefined where they are not limited. */
export function timeoutOf(timeouts: Timeouts | undefined, container: string): number | undefined {
  return timeouts !== undefined && Object.hasOwn(timeouts, container) ? timeouts[container] : undefined;
}

/** Retries as an annotation has them: `1`, or `1 fetch=3 migrate=0` where containers have their own. */
export function retriesText({ default: otherwise, byContainer }: Retries): string {
  const own = Object.entries(byContainer).filter(([, retries]) => retries !== otherwise);
  return [String(otherwise), ...own.map(([container, retries]) => `${container}=${retries}`)].join(" ");
}

/** Timeouts as an annotation has them: `fetch=30 migrate=0.5`; undefined where there are none, and then it is left out. */
export function timeoutsText(timeouts: Timeouts = {}): string | undefined {
  const parts = Object.entries(timeouts).map(([container, seconds]) => `${container}=${seconds}`);
  return parts.length === 0 ? undefined : parts.join(" ");
}

/** What a Pod's annotations say that is expected of it. One without them, or with others than we write, has the defaults. */
export function expectationsOf(annotations: Record<string, string> = {}): Expectations {
  const [first = "", ...own] = (annotations[annotation.retries] ?? "").split(" ");
  const timeouts = numbersIn(annotations[annotation.timeouts]?.split(" "), (seconds) => seconds > 0);
  return {
    retries: {
      default: /^\d+$/.test(first) ? Number(first) : defaultRetries,
      byContainer: numbersIn(own, Number.isInteger),
    },
    mustServe: annotations[annotation.port] !== undefined,
    ...(Object.keys(timeouts).length === 0 ? {} : { timeouts }),
  };
}

/** The numbers by container in words such as `fetch=3`, as far as they are ones that we write. */
function numbersIn(words: readonly string[] = [], isOurs: (value: number) => boolean): Record<string, number> {
  const entries = words.flatMap((word): [string, number][] => {
    const [, container = "", number = ""] = /^([a-z0-9-]+)=(\d[\d.e+-]*)$/.exec(word) ?? [];
    return container !== "" && isOurs(Number(number)) ? [[container, Number(number)]] : [];
  });
  return Object.fromEntries(entries);
}
