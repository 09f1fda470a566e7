/** A stretch of time for a reader: `1.2 s`, `12 s`, `3 m 20 s`, `2 h 5 m`. */
export function formatDuration(ms: number): string {
  const seconds = ms / 1000;
  // Kubernetes' times have whole seconds.
  if (seconds < 1) return "< 1 s";
  if (seconds < 60) return `${seconds < 10 ? Math.floor(seconds * 10) / 10 : Math.floor(seconds)} s`;
  const whole = Math.floor(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} m`;
}

/**
 * Milliseconds from one time to another, both as Kubernetes writes them; nothing where one is missing, or is no time: for
 * what never happened a container runtime writes the beginning of Unix time, and Go the year 1.
 */
export function millisecondsBetween(
  from: string | null | undefined,
  to: string | Date | null | undefined,
): number | undefined {
  const ms = instantOf(to) - instantOf(from);
  return Number.isNaN(ms) || ms < 0 ? undefined : ms;
}

function instantOf(time: string | Date | null | undefined): number {
  const ms = time instanceof Date ? time.getTime() : Date.parse(time ?? "");
  return ms > 0 ? ms : Number.NaN;
}
