/** The number of values that define the usual level. */
const window = 101;
/** Fewer values do not define a usual level. */
const enough = 20;
/** The number of values after a spike during which no other spike is reported. */
const quiet = 50;

/**
 * Notices a loss far above its usual level. Median and median absolute deviation, which single spikes do not move, unlike mean and
 * standard deviation.
 */
export class SpikeWatch {
  readonly #recent: number[] = [];
  #silent = 0;

  /** Adds a loss; returns the usual level when the loss is a spike, else null. */
  add(loss: number): number | null {
    if (!Number.isFinite(loss)) return null;
    const usual = this.#recent.length < enough ? null : median(this.#recent);
    const spread = usual === null ? 0 : median(this.#recent.map((value) => Math.abs(value - usual)));
    this.#recent.push(loss);
    if (this.#recent.length > window) this.#recent.shift();
    this.#silent--;
    if (usual === null || this.#silent > 0 || loss <= 3 * usual || loss <= usual + 15 * spread) return null;
    this.#silent = quiet;
    return usual;
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
