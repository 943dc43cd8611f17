import {edgesText} from '../../contract/config/rangeEdges.ts';
import {stageTitle} from '../../contract/overview/stageTitle.ts';
import type {GradientConflictRequest} from '../../contract/measurements/gradientConflictKind.ts';
import type {Cosines, Division, GradientConflict} from '../../contract/run/measured/gradientConflict.ts';
import {rangeMeans, rangeNumbers} from '../../contract/run/measured/rangeMeans.ts';

const labelWidth = 20;
const cellWidth = 9;

/** The cosines as terminal output: within and across the ranges of the run, between each two of them, and the ranges proposed where asked for. */
export function gradientConflictLines(
  conflict: GradientConflict,
  {propose, ranges: wanted}: Pick<GradientConflictRequest, 'propose' | 'ranges'>,
): string[] {
  const {model, timesteps, ranges, overall, parts, recipe} = conflict;
  const numbers = rangeNumbers(timesteps, ranges);
  const part = (name: string, cosines: Cosines) => {
    const {within, across} = rangeMeans(cosines, numbers);
    return row(`  ${name}`, [cosineText(within), cosineText(across)]);
  };
  const blocks = rangeMeans(overall, numbers).blocks;
  const names = ranges.map(([low, high]) => `[${low}, ${high})`);
  return [
    `Gradients of ${stageTitle(model, ranges)} at ${timesteps.length} timesteps, on the same ${recipe.images} training images and noise; ${projectionText(conflict)}.`,
    row('Mean cosine', ['within', 'across']),
    part('whole network', overall),
    ...parts.map(({name, cosines}) => part(name, cosines)),
    ...(ranges.length < 2
      ? []
      : [
          row(
            'Between ranges',
            names.map((_, i) => String(i)),
          ),
        ]),
    ...(ranges.length < 2 ? [] : names.map((name, i) => row(`  ${i} ${name}`, (blocks[i] ?? []).map(cosineText)))),
    ...(propose || wanted !== undefined ? proposalLines(conflict, wanted) : []),
  ];
}

function projectionText({projection}: GradientConflict): string {
  if (projection === null) return 'gradients kept whole';
  const {width, standardError} = projection;
  return `gradients projected to ${width} numbers a tensor, each cosine ± ${standardError.toPrecision(2)} at most (one standard error)`;
}

/** Equal and proposed ranges by their number, and the line for the config. */
function proposalLines({proposals, suggested}: GradientConflict, wanted = suggested): string[] {
  const means = ({within, across}: Division) => [cosineText(within), cosineText(across)];
  return [
    row('Ranges', ['equal: in', 'across', 'best: in', 'across']),
    ...proposals.map(
      ({equal, best}, i) =>
        `${row(`  ${i + 1}${i + 1 === suggested ? ' (suggested)' : ''}`, [...means(equal), ...means(best)])}  ${best.edges.join(', ')}`,
    ),
    'For decouple in the config, in place of ranges:',
    `  ${edgesText(proposals[wanted - 1]?.best.edges ?? [])}`,
  ];
}

function row(label: string, cells: readonly string[]): string {
  return (label.padEnd(labelWidth) + cells.map((cell) => cell.padStart(cellWidth)).join(' ')).trimEnd();
}

function cosineText(value: number | null): string {
  return value === null ? '-' : value.toFixed(3);
}
