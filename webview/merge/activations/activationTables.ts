import {countText} from '../../../trainer/chart/tickText.ts';
import {
  finetuneTitle,
  measuredTimesteps,
  type ActivationChange,
  type SiteChange,
} from '../../../trainer/contract/run/measured/activationChange.ts';
import {siteMeans, type AxisMeans} from '../../../trainer/contract/run/measured/activationMeans.ts';
import {table} from '../../dom.ts';
import {numberText, shareText} from '../../numberText.ts';

/** What a result says, in a few sentences, and how it was measured. */
export function activationSummary(change: ActivationChange): string {
  const {range, timesteps, sites, recipe} = change;
  const means = sites.map(siteMeans);
  const wider = means.filter(({ratio}) => ratio !== null && ratio > 1).length;
  const beyond = means.filter(({ratio, independentRatio}) => ratio !== null && ratio > independentRatio).length;
  const done = measuredTimesteps(change);
  const [low, high] = range;
  return [
    `Feature maps of ${finetuneTitle(change)} less those of the base at ${done < timesteps.length ? `${done} of ${timesteps.length}` : done} timesteps of [${low}, ${high}),`,
    `on the same ${countText(recipe.images)} validation images and noise (seed ${recipe.seed}), by ${recipe.engine.name} on a ${recipe.engine.device}.`,
    `Channels change more than pixels after ${wider} of ${sites.length} blocks, and more than by chance alone after ${beyond}.`,
  ].join(' ');
}

/** The change after each block, over all measured timesteps. */
export function siteTable(sites: readonly SiteChange[]): HTMLElement {
  const axis = ({rms, relative}: AxisMeans) => [numberText(rms), shareText(relative)];
  const rows = sites.map((site) => {
    const {channel, spatial, ratio, independentRatio} = siteMeans(site);
    return [
      site.name,
      site.shape.join(' × '),
      ...axis(channel),
      ...axis(spatial),
      numberText(ratio),
      numberText(independentRatio),
    ];
  });
  const head = ['After block', 'H × W × C', 'Channels', 'of base', 'Space', 'of base', 'Ratio', 'By chance'];
  return table(
    'Root mean square of the change, and as a share of the deviation in the base; by chance: the ratio of changes that are independent from entry to entry of a map',
    head,
    rows,
  );
}
