import type { Retries } from "../../../components/contract/expectations.ts";

/** The same number of retries for each container. */
export function tolerate(retries: number): Retries {
  return { default: retries, byContainer: {} };
}
