import {
  directionsText,
  landscapePanels,
  sharpnessOf,
  steepnessOf,
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

/** The numbers behind each picture: how steep the loss is at the centre, and how sharply it rises from there. */
export function sharpnessTable(landscape: LossLandscape): HTMLElement {
  const rows = landscapePanels(landscape).map(({name, centre, fit}) => {
    const sharpness = fit && sharpnessOf(fit);
    const share = sharpness === null || centre === null ? null : sharpness / centre;
    return [
      name,
      ...[centre, fit && steepnessOf(fit), sharpness, fit?.curvature.a, fit?.curvature.b, share].map(numberText),
    ];
  });
  return table(
    'Slope and sharpness (mean second derivative) of the loss at the centre',
    ['Timesteps', 'Loss at the centre', 'Slope', 'Sharpness', 'Along a', 'Along b', 'Sharpness / loss'],
    rows,
  );
}

/** All losses of a panel, with the largest b on top. */
export function lossTable({name, rows}: LandscapePanel, axis: readonly number[]): HTMLElement {
  const body = axis.map((b, i) => [String(b), ...(rows[i] ?? []).map(numberText)]).reverse();
  return table(`Loss of ${name} by a (columns) and b (rows)`, ['b \\ a', ...axis.map(String)], body);
}

/** A panel for readers who do not see it. */
export function panelText({name, rows, centre, fit}: LandscapePanel): string {
  const losses = rows.flat().filter((loss) => loss !== null);
  const [low, high] = extent([losses]) ?? [null, null];
  const sharpness = fit ? `, slope ${numberText(steepnessOf(fit))}, sharpness ${numberText(sharpnessOf(fit))}` : '';
  return `Contours for ${name}: loss ${numberText(centre)} at the centre, from ${numberText(low)} to ${numberText(high)}${sharpness}.`;
}
