/** How soon to look again while something keeps the forward. */
const againMs = 500;

/** What decides whether a forward ends. */
export interface DropQuestions {
  /** How many Pods there are; nothing where the API server has not said. */
  podCount: () => number | undefined;
  /** Whether the stack has given its Pod up, or counts as having done so: any other is made anew by the next `up`. */
  isGivenUp: () => boolean;
  /** Whether an `up` is at work on the InitPod. */
  isHeld: () => boolean;
  /** Asks the API server once more; false where it does not answer. */
  confirmNoPod: () => Promise<boolean>;
  drop: () => void;
}

/** Ends a forward some time after the API server has said that its Pod, which the stack gave up, is gone, and only then. */
export class DropTimer {
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly questions: DropQuestions,
    /** How long no Pod may exist. */
    private readonly afterMs: number,
    /** The same as long as none was seen: one that is gone for long needs no time. */
    private firstMs: number,
  ) {}

  /** To be called at each change of the Pods, and now and then, as time alone may give a Pod up. */
  update(): void {
    const count = this.questions.podCount();
    if (count !== undefined && count > 0) this.firstMs = this.afterMs;
    if (count !== 0 || !this.questions.isGivenUp()) this.stop();
    else this.#timer ??= setTimeout(() => void this.#decide(), this.firstMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #decide(): Promise<void> {
    const timer = this.#timer;
    const gone = !this.questions.isHeld() && (await this.questions.confirmNoPod());
    // Stopped meanwhile: a Pod has come.
    if (this.#timer !== timer) return;
    if (gone && this.questions.podCount() === 0) {
      this.stop();
      this.questions.drop();
      return;
    }
    this.#timer = setTimeout(() => void this.#decide(), againMs);
  }
}
