/** Clocks of a machine, in milliseconds. */
export interface Clocks {
  /** The time of day, which may be set. */
  wall: () => number;
  /** Never set, but on Linux it stands still while the machine sleeps. */
  steady: () => number;
}

const machineClocks: Clocks = { wall: () => Date.now(), steady: () => performance.now() };

/**
 * Tells of time that passed without this process: the machine slept, or the process was stopped. Connections may have died
 * meanwhile, and nobody says so.
 */
export class SleepSensor {
  #last: { wall: number; steady: number };

  constructor(
    private readonly intervalMs: number,
    private readonly clocks: Clocks = machineClocks,
  ) {
    this.#last = this.#now();
  }

  /** To be asked each `intervalMs`: by how many milliseconds the question comes too late, by whichever clock says more. */
  lateMs(): number {
    const [last, now] = [this.#last, this.#now()];
    this.#last = now;
    // A time of day that is set forward looks like a sleep as well. To start anew once too often does no harm.
    return Math.max(now.wall - last.wall, now.steady - last.steady) - this.intervalMs;
  }

  #now(): { wall: number; steady: number } {
    return { wall: this.clocks.wall(), steady: this.clocks.steady() };
  }
}
