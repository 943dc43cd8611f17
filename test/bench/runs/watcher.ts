const interval = 5;
/** Looking at the memory takes a while by itself. */
const memoryInterval = 50;

/** Watches this process: how long its one thread was kept from other work, and how much memory it took on. */
export class Watcher {
  readonly #before = process.memoryUsage().rss;
  readonly #timer = setInterval(() => this.#look(), interval);
  #last = performance.now();
  #stall = 0;
  #memory = 0;
  #weighed = -Infinity;

  /** The longest stall so far, in milliseconds, and the megabytes taken on at most. Begins the next stretch. */
  take(): {stall: number; memory: number} {
    this.#look();
    const seen = {stall: this.#stall, memory: this.#memory};
    this.#stall = 0;
    return seen;
  }

  end(): {stall: number; memory: number} {
    clearInterval(this.#timer);
    return this.take();
  }

  #look(): void {
    const now = performance.now();
    this.#stall = Math.max(this.#stall, now - this.#last - interval);
    this.#last = now;
    if (now - this.#weighed < memoryInterval) return;
    this.#weighed = now;
    this.#memory = Math.max(this.#memory, (process.memoryUsage().rss - this.#before) / 1e6);
  }
}
