import type {ActivationChange, AxisChange} from '../../../trainer/contract/run/measured/activationChange.ts';
import {emptyHistogram, withValues} from '../../../trainer/contract/run/measured/symmetricHistogram.ts';

/** Changes of +-size, at two timesteps, half of them each. */
function axis(size: number, deviation: number): AxisChange {
  const values = Array.from({length: 100}, (_, i) => (i % 2 === 0 ? size : -size));
  return {rms: [size, size], deviation: [deviation, deviation], histogram: withValues(emptyHistogram(), values)};
}

/** An activation change that is four times as large along channels as along space after the first block, and a quarter as large after the last. */
export function knownActivations(model = 'expert-0'): ActivationChange {
  return {
    format: 1,
    key: 'k',
    model,
    range: [0, 250],
    timesteps: [62, 187],
    sites: [
      {name: 'down 0', shape: [14, 14, 16], channel: axis(0.02, 0.4), spatial: axis(0.005, 0.5)},
      {name: 'mid', shape: [7, 7, 32], channel: axis(0.03, 0.6), spatial: axis(0.03, 0.3)},
      {name: 'up 0', shape: [14, 14, 32], channel: axis(0.01, 0.2), spatial: axis(0.04, 0.2)},
    ],
    recipe: {
      part: 'validation',
      images: 64,
      batch: 64,
      seed: 0,
      engine: {name: 'wasm', version: '4.22.0', device: 'CPU', threads: 1},
    },
  };
}
