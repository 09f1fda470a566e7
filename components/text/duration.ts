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

/** Milliseconds from one time to another, both as Kubernetes writes them; nothing where one is missing. */
export function millisecondsBetween(
  from: string | null | undefined,
  to: string | Date | null | undefined,
): number | undefined {
  const end = to instanceof Date ? to.getTime() : Date.parse(to ?? "");
  const ms = end - Date.parse(from ?? "");
  return Number.isNaN(ms) || ms < 0 ? undefined : ms;
}
