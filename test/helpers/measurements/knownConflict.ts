import type {GradientConflict} from '../../../trainer/contract/run/measured/gradientConflict.ts';
import {proposeRanges} from '../../../trainer/deme/proposeRanges.ts';

const n = 8;
const timesteps = Array.from({length: n}, (_, i) => Math.floor(((i + 0.5) * 1000) / n));

/** Timesteps below 250 and above have gradients with a cosine of `within` among themselves, -0.2 between the two. */
function cosines(within: number): number[][] {
  const isLow = (i: number) => i < n / 4;
  return timesteps.map((_, i) => Array.from({length: i}, (_, j) => (isLow(i) === isLow(j) ? within : -0.2)));
}

/** A gradient conflict between the timesteps below 250 and those above, of a run with four equal ranges. */
export function knownConflict(model = 'base'): GradientConflict {
  return {
    format: 1,
    key: 'k',
    model,
    trainTimesteps: 1000,
    timesteps,
    ranges: [0, 250, 500, 750].map((low): [number, number] => [low, low + 250]),
    norms: timesteps.map(() => 0.5),
    overall: cosines(0.6),
    parts: [
      {name: 'down', elements: 1200, cosines: cosines(0.3)},
      {name: 'up', elements: 800, cosines: cosines(0.8)},
    ],
    projection: {width: 1024, standardError: 0.03125},
    ...proposeRanges(cosines(0.6), timesteps, 1000, 4),
    recipe: {
      part: 'train',
      images: 128,
      batch: 64,
      seed: 0,
      weighting: {kind: 'none'},
      engine: {name: 'wasm', version: '4.22.0', device: 'CPU', threads: 1},
    },
  };
}
