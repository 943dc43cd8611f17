import {
  directionsText,
  landscapePanels,
  sharpnessOf,
  type LandscapePanel,
} from '../../../trainer/contract/run/measured/landscapePanels.ts';
import type {LossLandscape} from '../../../trainer/contract/run/measured/lossLandscape.ts';
import {extent} from '../../../trainer/chart/axisRange.ts';
import {countText} from '../../../trainer/chart/tickText.ts';
import {table} from '../../dom.ts';
import {numberText} from '../../numberText.ts';

/** What a landscape is of, and how it was measured. */
export function landscapeSummary(landscape: LossLandscape): string {
  const {axis, unit, directions, recipe} = landscape;
  const {images, timestepsPerRange, seed} = recipe;
  const along =
    directions.kind === 'random'
      ? 'drawn at random, each filter as long as that of the model'
      : `with a cosine of ${directions.cosine.toFixed(3)}, made orthogonal and as long as the first`;
  return [
    `Around ${directionsText(landscape)}, ${along}: ${axis.length} x ${axis.length} points up to ${axis.at(-1)} away, where 1 is a distance of ${numberText(unit)} between weights.`,
    `${countText(images)} validation images, ${timestepsPerRange} timestep(s) a range, seed ${seed}, ${recipe.engine.name} ${recipe.engine.version}.`,
  ].join(' ');
}

/** The number behind each picture: how sharply the loss rises from the centre. */
export function sharpnessTable(landscape: LossLandscape): HTMLElement {
  const rows = landscapePanels(landscape).map(({name, centre, curvature}) => {
    const sharpness = curvature && sharpnessOf(curvature);
    const share = sharpness === null || centre === null ? null : sharpness / centre;
    return [name, ...[centre, sharpness, curvature?.a, curvature?.b, share].map(numberText)];
  });
  return table(
    'Sharpness: mean second derivative of the loss at the centre',
    ['Timesteps', 'Loss at the centre', 'Sharpness', 'Along a', 'Along b', 'Sharpness / loss'],
    rows,
  );
}

/** All losses of a panel, with the largest b on top. */
export function lossTable({name, rows}: LandscapePanel, axis: readonly number[]): HTMLElement {
  const body = axis.map((b, i) => [String(b), ...(rows[i] ?? []).map(numberText)]).reverse();
  return table(`Loss of ${name} by a (columns) and b (rows)`, ['b \\ a', ...axis.map(String)], body);
}

/** A panel for readers who do not see it. */
export function panelText({name, rows, centre, curvature}: LandscapePanel): string {
  const losses = rows.flat().filter((loss) => loss !== null);
  const [low, high] = extent([losses]) ?? [null, null];
  const sharpness = curvature ? `, sharpness ${numberText(sharpnessOf(curvature))}` : '';
  return `Contours for ${name}: loss ${numberText(centre)} at the centre, from ${numberText(low)} to ${numberText(high)}${sharpness}.`;
}
