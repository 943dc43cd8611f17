import {UserError} from '../../contract/errors.ts';
import type {SearchConfig} from '../../contract/config/searchConfig.ts';
import type {Candidates} from './candidates.ts';

/** A larger grid is a mistake in the config: even at a millisecond per point it would take a quarter of an hour. */
const largest = 1_000_000;

/** Every vector whose weights are low, low + step, ... up to high, as the paper's grid search; the last index runs fastest. */
export async function searchGrid(candidates: Candidates, config: SearchConfig): Promise<void> {
  const levels = gridLevels(config);
  const size = gridSize(config, candidates.experts);
  for (let point = 0; point < size; point++) {
    await candidates.evaluate(
      digits(point, levels.length, candidates.experts).map((digit) => levels[digit] ?? 0),
      'grid',
    );
  }
}

/** Number of grid points. Throws a UserError for a grid that is too large. */
export function gridSize(config: SearchConfig, experts: number): number {
  const levels = gridLevels(config).length;
  const size = levels ** experts;
  if (size <= largest) return size;
  throw new UserError('search-grid-size', `A grid of ${levels} levels for ${experts} experts has ${size} points.`, {
    hint: 'Take a larger search.step, or the quadratic strategy.',
  });
}

function gridLevels({low, high, step}: SearchConfig): number[] {
  if (high < low)
    throw new UserError('search-range', `search.low (${low}) lies above search.high (${high}).`, {hint: 'Swap them.'});
  // Half a millionth of a step of tolerance, since (1 - 0) / 0.1 may give 9.999...
  const count = Math.floor((high - low) / step + 5e-7) + 1;
  return Array.from({length: count}, (_, i) => Number((low + i * step).toFixed(9)));
}

function digits(point: number, radix: number, length: number): number[] {
  return Array.from({length}, (_, i) => Math.floor(point / radix ** (length - 1 - i)) % radix);
}
