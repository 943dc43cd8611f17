import type {SearchResult} from '../../../trainer/contract/run/report.ts';
import {element, table} from '../../dom.ts';
import {estimateText, numberText} from '../../numberText.ts';

/** What a search found beyond its candidates: weights for parts of the network, and how all of it does on images that it has not seen. */
export function foundParts({check, groups, confirmed}: SearchResult): HTMLElement[] {
  const parts: HTMLElement[] = [];
  if (confirmed) {
    const rows = confirmed.map(({weights, kid, frechet}) => [
      weights.map(numberText).join(', '),
      estimateText(kid),
      numberText(frechet),
    ]);
    parts.push(table('Images of the best candidates, nearest first', ['Weights', 'KID', 'Fréchet distance'], rows));
  }
  if (groups && groups.rules.length > 0) {
    const rows = groups.rules.map(({match, weights}) => [match, weights.map(Number).map(numberText).join(', ')]);
    parts.push(table('Weights for parts of the network', ['Part', 'Weights'], rows));
  } else if (groups) {
    parts.push(element('p', {}, 'No weights for parts of the network were better than the same weights everywhere.'));
  }
  if (check) {
    const rows = check.models.map(({model, loss, differenceToBase}) => [
      model,
      estimateText(loss),
      model === 'base' ? '' : estimateText(differenceToBase),
    ]);
    const caption = `On ${check.images} test images, which the search has not seen`;
    parts.push(table(caption, ['Model', 'Loss', 'Difference to the base (paired)'], rows));
  }
  return parts;
}
