import {UserError} from '../contract/errors.ts';
import type {HeldOutLoss, RangeLoss} from '../contract/run/report.ts';
import {estimate} from '../contract/scores/estimate.ts';
import {assertSameDraws, lossesOfRange, type LossTable} from './lossTable.ts';

/**
 * Held-out loss of a model and its paired difference to the base on the same images, noise and timesteps.
 * Every range has equal mass. Draws of one image are not independent, so standard errors are clustered by image:
 * an image's draws are averaged first, and the error is that of the mean over images. Throws a UserError, which names the model, where a loss is
 * not finite.
 */
export function summariseHeldOut(table: LossTable, base: LossTable, model = 'the model'): HeldOutLoss {
  assertSameDraws(table, base);
  assertFinite(table, model);
  assertFinite(base, 'the base');
  const losses = imageMeans(table);
  const differences = imageMeans({...table, values: table.values.map((loss, i) => loss - (base.values[i] ?? NaN))});
  return {
    perRange: perRange(table, losses),
    ...estimate(meanOverRanges(losses)),
    differenceToBase: estimate(meanOverRanges(differences)),
    perRangeDifference: perRange(table, differences),
  };
}

/** The mean loss with equal mass for each range, which a weight search minimises. NaN if any loss is NaN. */
export function meanLoss(table: LossTable): number {
  return table.values.reduce((sum, loss) => sum + loss, 0) / table.values.length;
}

/** The mean loss in each range. NaN if any loss of the range is NaN. */
export function meanLossByRange(table: LossTable): number[] {
  return table.ranges.map((_, range) => mean(lossesOfRange(table, range)));
}

function assertFinite(table: LossTable, model: string): void {
  table.ranges.forEach(([low, high], range) => {
    if (lossesOfRange(table, range).every(Number.isFinite)) return;
    throw new UserError(
      'loss-not-finite',
      `The held-out loss of ${model} for timesteps [${low}, ${high}) is not finite.`,
      {
        hint: 'It has diverged: lower its learning rate, or leave it out of the config.',
      },
    );
  });
}

/** Mean loss of each image in each range, [ranges][images]. */
function imageMeans(table: LossTable): number[][] {
  const draws = table.timestepsPerRange;
  return table.ranges.map((_, range) => {
    const losses = lossesOfRange(table, range);
    return Array.from({length: table.images}, (_, image) => mean(losses.subarray(image * draws, (image + 1) * draws)));
  });
}

function perRange({ranges}: LossTable, means: readonly number[][]): RangeLoss[] {
  return ranges.map(([low, high], i) => ({range: [low, high], ...estimate(means[i] ?? [])}));
}

function meanOverRanges(means: readonly number[][]): number[] {
  return (means[0] ?? []).map((_, image) => mean(means.map((row) => row[image] ?? NaN)));
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}
