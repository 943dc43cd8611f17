import type {RunDetails} from '../../trainer/contract/panel/panelViews.ts';
import type {DifferingImages} from '../../trainer/contract/scores/differingImages.ts';
import {countText} from '../../trainer/chart/tickText.ts';
import {element, message, table} from '../dom.ts';
import {numberText} from '../numberText.ts';

/** Images that two models drew most differently of the same noise. */
export function differingView(
  {models: [first, second], network, compared, images, picture}: DifferingImages,
  {pictures}: Pick<RunDetails, 'pictures'>,
): HTMLElement[] {
  const numbers = images.map(({index}) => countText(index));
  const source = picture === null ? undefined : pictures[picture];
  const shown =
    source === undefined
      ? message('The run keeps none of these images: set evaluate.keep to [features, images] to see them.')
      : element(
          'figure',
          {class: 'differing'},
          element('figcaption', {}, `Above ${first}, below ${second}; from left to right images ${numbers.join(', ')}`),
          element('img', {src: source, alt: `Images ${numbers.join(', ')} of ${first}, and below them of ${second}`}),
        );
  const rows = images.map(({index, distance}) => [countText(index), numberText(distance)]);
  const caption = `The most different of ${countText(compared)} pairs, by the distance of their features (${network})`;
  return [shown, table(caption, ['Image', 'Distance'], rows)];
}

/** `base and merged`. */
export function pairName({models}: DifferingImages): string {
  return models.join(' and ');
}
