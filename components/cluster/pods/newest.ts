import { isDeleting, isServing, type Pod } from "./pod";

/** The Pod that new connections go to: the newest Ready one that nobody is deleting. */
export function currentPod(pods: Iterable<Pod>): Pod | undefined {
  return latestPod([...pods].filter(isServing));
}

/** The Pod to speak of where none is Ready: the newest, deleted ones last. */
export function latestPod(pods: Iterable<Pod>): Pod | undefined {
  return newestFirst(pods)[0];
}

/** The newest first, those being deleted last. */
export function newestFirst(pods: Iterable<Pod>): Pod[] {
  return [...pods].sort(
    (one, other) =>
      Number(isDeleting(one)) - Number(isDeleting(other)) ||
      createdMs(other) - createdMs(one) ||
      // The API server's times have whole seconds, so names decide between two of one second, the same way each time.
      (one.metadata.name > other.metadata.name ? -1 : 1),
  );
}

function createdMs({ metadata }: Pod): number {
  return Date.parse(metadata.creationTimestamp ?? "") || 0;
}
