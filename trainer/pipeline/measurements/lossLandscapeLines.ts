import {
  directionsText,
  landscapePanels,
  sharpnessOf,
  steepnessOf,
} from '../../contract/run/measured/landscapePanels.ts';
import type {LossLandscape} from '../../contract/run/measured/lossLandscape.ts';

const labelWidth = 14;
const cellWidth = 12;

/** A landscape as terminal output: the loss of the model and how sharply it rises, over all timesteps and in each range. */
export function lossLandscapeLines(landscape: LossLandscape): string[] {
  const {axis, recipe} = landscape;
  const {images, timestepsPerRange} = recipe;
  return [
    `Held-out loss around ${directionsText(landscape)}, at ${axis.length} x ${axis.length} points up to ${axis.at(-1)} away, on ${images} validation images with ${timestepsPerRange} timestep(s) a range.`,
    row('Timesteps', ['loss', 'slope', 'sharpness', 'along a', 'along b']),
    ...landscapePanels(landscape).map(({name, centre, fit}) => {
      const {a, b} = fit?.curvature ?? {};
      return row(name, [centre, fit && steepnessOf(fit), fit && sharpnessOf(fit), a, b].map(lossText));
    }),
  ];
}

function row(label: string, cells: readonly string[]): string {
  return `  ${label.padEnd(labelWidth)}${cells.map((cell) => cell.padStart(cellWidth)).join('')}`;
}

function lossText(value: number | null | undefined): string {
  return value === null || value === undefined ? '-' : value.toPrecision(4);
}
