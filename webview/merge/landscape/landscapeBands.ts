import {divergingColour} from '../../charts/divergingColour.ts';
import type {LandscapePanel} from '../../../trainer/contract/run/measured/landscapePanels.ts';
import type {Band} from '../plane/filledContours.ts';

/** Bands on each side of 0. */
const count = 12;

type Rows = LandscapePanel['rows'];

/** [b][a] Each loss of a panel less that of the model at the centre; all missing before that is known. */
export function differencesOf({rows, centre}: Pick<LandscapePanel, 'rows' | 'centre'>): Rows {
  return rows.map((row) => row.map((loss) => (loss === null || centre === null ? null : loss - centre)));
}

/**
 * Bands of differences, the same for all panels, so that contours are as dense as the loss is steep. Their edges rise with the square, as a bowl does,
 * to the largest difference of any panel; those that no panel reaches are left out.
 */
export function differenceBands(panels: readonly Rows[]): Band[] {
  const values = panels.flat(2).filter((value) => value !== null);
  const [low, high] = values.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [0, 0]);
  const end = Math.max(-low, high);
  const edge = (i: number) => Math.sign(i) * end * (i / count) ** 2;
  return Array.from({length: 2 * count}, (_, i) => i - count)
    .filter((i) => edge(i + 1) > low && edge(i) < high)
    .map((i) => ({level: edge(i), colour: `rgb(${divergingColour((i + 0.5) / count).join()})`}));
}
