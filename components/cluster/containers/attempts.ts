import type { ContainerStatus, TerminatedState } from "../pods";

/** One run of a container that its status shows. */
export interface ShownAttempt {
  /** The runtime's name of it. */
  id: string;
  /** 1 for the first. */
  number: number;
  startedAt?: string;
  /** How it ended; undefined while it runs. */
  end?: TerminatedState;
}

/** The attempts that a status shows, the earlier one first: kubelet keeps the logs of these, and of no others. */
export function shownAttempts({ containerID = "", restartCount, state, lastState }: ContainerStatus): ShownAttempt[] {
  const ends = [state?.terminated, lastState?.terminated].filter((end) => end !== undefined);
  const attempt = (id: string, number: number): ShownAttempt => {
    const end = ends.find((one) => one.containerID === id);
    const startedAt = end?.startedAt ?? (id === containerID ? state?.running?.startedAt : undefined);
    return { id, number, ...(startedAt == null ? {} : { startedAt }), ...(end === undefined ? {} : { end }) };
  };
  const earlier = lastState?.terminated?.containerID ?? "";
  return [
    ...(earlier !== "" && earlier !== containerID ? [attempt(earlier, restartCount)] : []),
    ...(containerID === "" ? [] : [attempt(containerID, restartCount + 1)]),
  ];
}
