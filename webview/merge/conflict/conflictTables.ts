import {countText} from '../../../trainer/chart/tickText.ts';
import {edgesText} from '../../../trainer/contract/config/rangeEdges.ts';
import {stageTitle} from '../../../trainer/contract/overview/stageTitle.ts';
import type {Cosines, Division, GradientConflict} from '../../../trainer/contract/run/measured/gradientConflict.ts';
import {rangeMeans, rangeNumbers} from '../../../trainer/contract/run/measured/rangeMeans.ts';
import {table} from '../../dom.ts';
import {cosineText, pairCell} from '../taskVectors/taskTables.ts';

/** What a result says, in a few sentences. */
export function conflictSummary({
  model,
  timesteps,
  ranges,
  overall,
  projection,
  recipe,
  proposals,
  suggested,
}: GradientConflict): string {
  const {within, across} = rangeMeans(overall, rangeNumbers(timesteps, ranges));
  const pairs = overall.flat().filter((cosine) => cosine !== null);
  const opposed = pairs.filter((cosine) => cosine < 0).length / Math.max(1, pairs.length);
  const kept =
    projection === null
      ? 'kept whole'
      : `projected to ${countText(projection.width)} numbers a tensor (a cosine is off by ${projection.standardError.toPrecision(2)} at most, one standard error)`;
  const best = proposals[suggested - 1]?.best;
  return [
    `Gradients of ${stageTitle(model, ranges)} at ${timesteps.length} timesteps on the same ${countText(recipe.images)} training images, ${kept}.`,
    `${Math.round(100 * opposed)} % of the pairs point against each other.`,
    `Mean cosine within the ranges of the run ${meanText(within)}, across ${meanText(across)}.`,
    ...(best ? [`Suggested: ${edgesText(best.edges)}, ${meanText(best.within)} within.`] : []),
  ].join(' ');
}

/** Means within and across the ranges of the run, by part of the network. */
export function partTable({timesteps, ranges, overall, parts}: GradientConflict): HTMLElement {
  const numbers = rangeNumbers(timesteps, ranges);
  const row = (name: string, elements: number, cosines: Cosines) => {
    const {within, across} = rangeMeans(cosines, numbers);
    return [name, countText(elements), meanText(within), meanText(across)];
  };
  const all = parts.reduce((sum, {elements}) => sum + elements, 0);
  return table(
    'Mean cosine of a timestep’s gradient with those of its own range and of other ranges',
    ['Part', 'Parameters', 'Within', 'Across'],
    [row('whole network', all, overall), ...parts.map(({name, elements, cosines}) => row(name, elements, cosines))],
  );
}

/** Mean cosine of each two ranges of the run, in the shown part. */
export function blockTable({timesteps, ranges}: GradientConflict, cosines: Cosines): HTMLElement {
  const {blocks} = rangeMeans(cosines, rangeNumbers(timesteps, ranges));
  const rows = ranges.map(([low, high], i) => [
    `${i} [${low}, ${high})`,
    ...(blocks[i] ?? []).map((mean) => pairCell(mean, cosineText, 0)),
  ]);
  return table('Mean cosine between ranges of the run', ['Range', ...ranges.map((_, i) => String(i))], rows);
}

/** Equal ranges beside those with the highest mean cosine within, by their number. */
export function proposalTable({proposals, suggested}: GradientConflict): HTMLElement {
  const means = ({within, across}: Division) => [meanText(within), meanText(across)];
  const rows = proposals.map(({equal, best}, i) => [
    i + 1 === suggested ? `${i + 1} (suggested)` : String(i + 1),
    ...means(equal),
    ...means(best),
    edgesText(best.edges),
  ]);
  const head = ['Ranges', 'Equal: within', 'across', 'Proposed: within', 'across', 'Proposed edges'];
  return table('Equal and proposed ranges: mean cosine within and across', head, rows);
}

function meanText(value: number | null): string {
  return value === null ? '–' : cosineText(value);
}
