import {UserError} from '../contract/errors.ts';

const code = 'loss-not-finite';

/** Where and how a training diverged. */
export interface Diagnosis {
  readonly stage: string;
  /** What was found first. */
  readonly what: 'loss' | 'gradient' | 'state';
  /** The first update (from 1) of which something is not finite. */
  readonly update: number;
  readonly learningRate: number;
  /** Bounds [low, high) of the timestep buckets in which an image's loss was not finite. */
  readonly timesteps: readonly (readonly [number, number])[];
}

/** The loss, the gradient or the weights of a training are not finite: it cannot continue from here. */
export class Divergence extends UserError {
  readonly update: number;

  constructor({stage, what, update, learningRate, timesteps}: Diagnosis) {
    const where = timesteps.length > 0 ? `; timesteps ${bucketText(timesteps)}` : '';
    super(
      code,
      `The ${what} of ${stage} is not a finite number at update ${update} (learning rate ${learningRate}${where}).`,
      {hint: 'Lower the learning rate, or set `retry` to have it lowered automatically.'},
    );
    this.update = update;
  }
}

const named = 4;

/** `250 to 259, 480 to 489 and 3 more` */
function bucketText(buckets: Diagnosis['timesteps']): string {
  const texts = buckets.slice(0, named).map(([low, high]) => `${low} to ${high - 1}`);
  const more = buckets.length - texts.length;
  return texts.join(', ') + (more > 0 ? ` and ${more} more ranges` : '');
}
