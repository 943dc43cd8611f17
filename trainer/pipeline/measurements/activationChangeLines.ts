import {finetuneTitle, measuredTimesteps, type ActivationChange} from '../../contract/run/measured/activationChange.ts';
import {siteMeans, type AxisMeans} from '../../contract/run/measured/activationMeans.ts';

/** The changes as terminal output, a line for each place. */
export function activationChangeLines(change: ActivationChange): string[] {
  const {range, timesteps, sites, recipe} = change;
  const [low, high] = range;
  const done = measuredTimesteps(change);
  const count = done < timesteps.length ? `${done} of ${timesteps.length}` : String(done);
  return [
    `Feature maps of ${finetuneTitle(change)} less those of the base, ${count} timesteps of [${low}, ${high}), the same ${recipe.images} validation images and noise.`,
    row('After block', '[H, W, C]', ['channels', 'of base', 'space', 'of base', 'ratio', 'by chance']),
    ...sites.map((site) => {
      const {channel, spatial, ratio, independentRatio} = siteMeans(site);
      const ratios = [ratio === null ? '-' : ratio.toPrecision(3), independentRatio.toPrecision(3)];
      return row(`  ${site.name}`, site.shape.join(' x '), [...axisCells(channel), ...axisCells(spatial), ...ratios]);
    }),
    'Root mean square of the change of the means over H and W (channels) and over C (space), as a share of their deviation in the base; by chance: the ratio of',
    'changes that are independent from entry to entry of a map.',
  ];
}

function axisCells({rms, relative}: AxisMeans): string[] {
  return [rms.toPrecision(3), relative === null ? '-' : `${(100 * relative).toPrecision(3)} %`];
}

function row(label: string, shape: string, cells: readonly string[]): string {
  return label.padEnd(14) + shape.padEnd(18) + cells.map((cell) => cell.padStart(10)).join(' ');
}
