import type { WriteStream } from "node:tty";

/** One long part of the work. `fraction` is between 0 and 1; leave it out where nothing honest can be said. */
export interface Task {
  update(fraction?: number, note?: string): void;
  done(note?: string): void;
}

export interface Progress {
  line(text: string): void;
  task(name: string): Task;
  close(): void;
}

interface State {
  name: string;
  started: number;
  fraction: number | undefined;
  note: string;
}

const redrawMs = 200;
const plainMs = 15_000;
const barWidth = 24;
/** Before that, an estimate would be a guess. */
const estimateFromFraction = 0.02;

/** Bars on a terminal; elsewhere plain lines, often enough that a CI log shows life. */
export function createProgress(
  report?: (line: string) => void,
  stream: Pick<WriteStream, "write"> & { isTTY?: boolean; columns?: number } = process.stderr,
): Progress {
  const live = report === undefined && stream.isTTY === true;
  const colour = live && (process.env.NO_COLOR ?? "") === "";
  const states = new Set<State>();
  let drawn = 0;
  const write = report ?? ((text: string) => void stream.write(`${text}\n`));
  const erase = (): void => {
    if (drawn > 0) stream.write(`\u001b[${drawn}A\u001b[J`);
    drawn = 0;
  };
  const draw = (): void => {
    erase();
    const width = lineWidth(stream.columns);
    for (const state of states) stream.write(`${describe(state, Date.now(), true).slice(0, width)}\n`);
    drawn = states.size;
  };
  const line = (text: string): void => {
    if (live) erase();
    write(text);
    if (live) draw();
  };
  const timer = setInterval(
    () => {
      if (live) draw();
      else for (const state of states) write(describe(state, Date.now(), false));
    },
    live ? redrawMs : plainMs,
  );
  timer.unref();
  return {
    line,
    task(name) {
      const state: State = { name, started: Date.now(), fraction: undefined, note: "" };
      states.add(state);
      return {
        update(fraction, note) {
          state.fraction = fraction === undefined ? state.fraction : Math.min(Math.max(fraction, 0), 1);
          state.note = note ?? state.note;
        },
        done(note) {
          states.delete(state);
          const mark = colour ? "\u001b[32m✓\u001b[0m" : "✓";
          const took = duration(Date.now() - state.started);
          line(`${mark} ${name.padEnd(nameWidth)} ${took.padStart(6)}${note === undefined ? "" : `  ${note}`}`);
        },
      };
    },
    close() {
      clearInterval(timer);
      if (live) erase();
    },
  };
}

const nameWidth = 10;

/** A line that wraps could not be erased again. Some terminals say 0. */
function lineWidth(columns: number | undefined): number {
  return (columns === undefined || columns === 0 ? 80 : columns) - 1;
}

function describe(state: State, now: number, bar: boolean): string {
  const elapsed = now - state.started;
  const { fraction } = state;
  const parts = [`… ${state.name.padEnd(nameWidth)} ${duration(elapsed).padStart(6)}`];
  if (fraction !== undefined) {
    if (bar) parts.push(`[${"#".repeat(Math.round(fraction * barWidth)).padEnd(barWidth, "·")}]`);
    parts.push(`${Math.floor(fraction * 100)} %`);
    if (fraction >= estimateFromFraction && fraction < 1) {
      parts.push(`about ${duration((elapsed / fraction) * (1 - fraction))} left`);
    }
  }
  if (state.note !== "") parts.push(state.note);
  return parts.join("  ");
}

/** For people: 0.4 s, 12 s, 3 min 5 s. */
export function duration(ms: number): string {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 100 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
