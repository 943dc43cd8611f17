import type {Precision} from '../../contract/config/precision.ts';
import type {LossScaleRecord} from '../../contract/run/records.ts';

/** Where it begins: the first updates find out whether that is too much. */
const initial = 2 ** 16;
/** Made updates in a row after which twice the scale is tried. */
const patience = 2000;

/**
 * What the loss is multiplied by before its gradient is taken, so that small gradients do not vanish in f16, whose smallest number is 6e-8.
 * A gradient that becomes too large for f16 (65,504) is not finite: its update is left out and the scale halved; after 2,000 updates in a
 * row it is doubled. Micikevicius et al. 2018, "Mixed Precision Training" (arXiv 1710.03740), section 3.2.
 */
export class LossScale {
  #scale: number;
  #good: number;
  #skipped: number;

  /** @param record where an earlier part of the training ended; left out: the beginning */
  constructor({scale, good, skipped}: LossScaleRecord = {scale: initial, good: 0, skipped: 0}) {
    [this.#scale, this.#good, this.#skipped] = [scale, good, skipped];
  }

  get scale(): number {
    return this.#scale;
  }

  /** Updates that were left out so far. */
  get skipped(): number {
    return this.#skipped;
  }

  /**
   * Takes note of an update whose gradient has this norm. `skipped`: it was left out; `hopeless`: not even without a scale is the gradient
   * finite, so that it is not f16 that is to blame.
   */
  took(norm: number): 'made' | 'skipped' | 'hopeless' {
    if (Number.isFinite(norm)) {
      this.#good++;
      if (this.#good === patience) [this.#scale, this.#good] = [2 * this.#scale, 0];
      return 'made';
    }
    if (this.#scale <= 1) return 'hopeless';
    [this.#scale, this.#good] = [this.#scale / 2, 0];
    this.#skipped++;
    return 'skipped';
  }

  /** For a checkpoint. */
  record(): LossScaleRecord {
    return {scale: this.#scale, good: this.#good, skipped: this.#skipped};
  }
}

/** The scale of a training in this precision, null for one that needs none: bf16 has the exponents of f32. */
export function lossScaleOf(precision: Precision | undefined, record?: LossScaleRecord): LossScale | null {
  return precision === 'f16' ? new LossScale(record) : null;
}
