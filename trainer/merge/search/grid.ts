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

/** Number of grid points. */
export function gridSize(config: SearchConfig, experts: number): number {
  return levelCount(config) ** experts;
}

/** Throws a UserError for a grid that is too large; `where` names the config in it. */
export function requireGrid(config: SearchConfig, experts: number, where?: string): void {
  const size = gridSize(config, experts);
  if (size <= largest) return;
  const message = `A grid of ${levelCount(config)} levels for ${experts} experts has ${size} points.`;
  throw new UserError('search-grid-size', message, {
    ...(where !== undefined && {where}),
    hint: 'Take a larger search.step, or the quadratic strategy.',
  });
}

function gridLevels(config: SearchConfig): number[] {
  const {low, step} = config;
  return Array.from({length: levelCount(config)}, (_, i) => Number((low + i * step).toFixed(9)));
}

function levelCount({low, high, step}: SearchConfig): number {
  // Half a millionth of a step of tolerance, since (1 - 0) / 0.1 may give 9.999...
  return Math.max(0, Math.floor((high - low) / step + 5e-7) + 1);
}

function digits(point: number, radix: number, length: number): number[] {
  return Array.from({length}, (_, i) => Math.floor(point / radix ** (length - 1 - i)) % radix);
}
