/** Counts the time in which a training makes updates; one that is held for a while, or whose onlooker is, loses that while only. */
export class TrainingClock {
  #milliseconds = 0;
  #last: {at: number; updates: number} | null = null;

  /** @param longest milliseconds between two looks; of a longer gap only so much counts */
  constructor(readonly longest: number) {}

  /** Takes a look: whether the training has made updates since the one before. `now` in milliseconds. */
  look(now: number, updates: number): boolean {
    const last = this.#last;
    this.#last = {at: now, updates};
    if (last === null || updates <= last.updates) return false;
    this.#milliseconds += Math.min(now - last.at, this.longest);
    return true;
  }

  get minutes(): number {
    return this.#milliseconds / 60_000;
  }
}
