import type {AxisChange} from '../../contract/run/measured/activationChange.ts';
import {emptyHistogram, pooled, withValues} from '../../contract/run/measured/symmetricHistogram.ts';
import type {MeanChange} from './activationProbe.ts';

/** Adds up the changes of one mean at one timestep, batch by batch. */
export class AxisTally {
  #count = 0;
  #sum = 0;
  #squares = 0;
  #changeSquares = 0;
  #histogram = emptyHistogram();

  /** The values must be finite. */
  add({before, change}: MeanChange): void {
    for (const value of before) {
      this.#sum += value;
      this.#squares += value ** 2;
    }
    for (const value of change) this.#changeSquares += value ** 2;
    this.#count += change.length;
    this.#histogram = withValues(this.#histogram, change);
  }

  /** What earlier timesteps came to, if there are any, with this one. */
  after(earlier: AxisChange | undefined): AxisChange {
    const {rms = [], deviation = [], histogram = emptyHistogram()} = earlier ?? {};
    const mean = this.#sum / this.#count;
    return {
      rms: [...rms, Math.sqrt(this.#changeSquares / this.#count)],
      // Rounding can leave a variance of zero a little below it.
      deviation: [...deviation, Math.sqrt(Math.max(0, this.#squares / this.#count - mean ** 2))],
      histogram: pooled([histogram, this.#histogram]),
    };
  }
}
