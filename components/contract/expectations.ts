import { annotation } from "./annotations";

/** What an InitPod expects of its Pod: by it, whoever looks at the Pod later comes to the same verdict as `up`. */
export interface Expectations {
  /** Failing attempts tolerated after the first, by container and for every other one. */
  retries: Retries;
  /** Whether it declares a port, so that a Pod that ran to its end has failed. */
  mustServe: boolean;
}

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

/** Retries as an annotation has them: `1`, or `1 fetch=3 migrate=0` where containers have their own. */
export function retriesText({ default: otherwise, byContainer }: Retries): string {
  const own = Object.entries(byContainer).filter(([, retries]) => retries !== otherwise);
  return [String(otherwise), ...own.map(([container, retries]) => `${container}=${retries}`)].join(" ");
}

/** What a Pod's annotations say that is expected of it. One without them, or with others than we write, has the defaults. */
export function expectationsOf(annotations: Record<string, string> = {}): Expectations {
  const [first = "", ...own] = (annotations[annotation.retries] ?? "").split(" ");
  const byContainer = own.flatMap((part): [string, number][] => {
    const [, container = "", retries = ""] = /^([a-z0-9-]+)=(\d+)$/.exec(part) ?? [];
    return container === "" ? [] : [[container, Number(retries)]];
  });
  return {
    retries: {
      default: /^\d+$/.test(first) ? Number(first) : defaultRetries,
      byContainer: Object.fromEntries(byContainer),
    },
    mustServe: annotations[annotation.port] !== undefined,
  };
}
