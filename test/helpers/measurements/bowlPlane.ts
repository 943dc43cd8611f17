import type {LossPlane} from '../../../trainer/contract/run/measured/lossPlane.ts';
import {lineScales, planeAxis, planePoints, withLoss} from '../../../trainer/merge/search/planePoints.ts';

/** A plane whose loss is a bowl with its lowest grid point at 0.36 for the first expert and 0.64 for the second. */
export function bowlPlane(experts: [number, number] = [0, 1], done = 457): LossPlane {
  const weights = [0.3, 0.4, 0, 0];
  const line = {scales: [...lineScales], losses: lineScales.map(() => null)};
  const empty: LossPlane = {
    format: 1,
    key: 'k',
    experts,
    weights,
    axis: [...planeAxis],
    rows: planeAxis.map(() => planeAxis.map(() => null)),
    line,
    done: 0,
    total: 457,
    recipe: {
      part: 'validation',
      images: 32,
      timestepsPerRange: 1,
      seed: 0,
      engine: {name: 'wasm', version: '4.22.0', device: 'CPU', threads: 1},
    },
  };
  const [first, second] = experts;
  const loss = (w: readonly number[]) => 0.02 + 0.01 * ((w[first]! - 0.36) ** 2 + (w[second]! - 0.64) ** 2);
  return planePoints(empty)
    .slice(0, done)
    .reduce((plane, point, i) => withLoss(plane, i, loss(point)), empty);
}
