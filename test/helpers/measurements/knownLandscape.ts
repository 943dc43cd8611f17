import {landscapePanels} from '../../../trainer/contract/run/measured/landscapePanels.ts';
import type {LossLandscape} from '../../../trainer/contract/run/measured/lossLandscape.ts';
import {fitAtCentre} from '../../../trainer/merge/landscape/fitAtCentre.ts';
import {landscapeAxis, landscapePoints, withLosses} from '../../../trainer/merge/landscape/landscapePoints.ts';

interface KnownLandscape {
  readonly model?: string;
  readonly directions?: LossLandscape['directions'];
  /** Points that are measured. */
  readonly done?: number;
}

/** A landscape of 7 x 7 points with the loss 0.1 + 0.03 a + 2 a² + b² below timestep 250, 0.01 + 0.04 b + 0.1 a² - 0.02 b² above. */
export function knownLandscape({
  model = 'base',
  directions = {kind: 'random'},
  done = 49,
}: KnownLandscape = {}): LossLandscape {
  const axis = landscapeAxis(0.6, 7);
  const empty: LossLandscape = {
    format: 1,
    key: 'k',
    model,
    directions,
    unit: 8.5,
    axis,
    ranges: [
      [0, 250],
      [250, 1000],
    ],
    rows: axis.map(() => axis.map(() => [null, null])),
    fits: [],
    done: 0,
    total: 49,
    recipe: {
      part: 'validation',
      images: 64,
      timestepsPerRange: 1,
      seed: 0,
      engine: {name: 'wasm', version: '4.22.0', device: 'CPU', threads: 1},
    },
  };
  const grown = landscapePoints(empty)
    .slice(0, done)
    .reduce((landscape, point) => {
      const [a, b] = point.at;
      return withLosses(landscape, point, [
        0.1 + 0.03 * a + 2 * a * a + b * b,
        0.01 + 0.04 * b + 0.1 * a * a - 0.02 * b * b,
      ]);
    }, empty);
  if (done < 49) return grown;
  return {...grown, fits: landscapePanels(grown).map(({rows}) => fitAtCentre(axis, rows))};
}
