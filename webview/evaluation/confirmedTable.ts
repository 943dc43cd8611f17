import type {ConfirmedCandidate} from '../../trainer/contract/run/report.ts';
import {measuredText} from '../../trainer/contract/scores/estimate.ts';
import {table} from '../dom.ts';
import {withTerm} from '../glossary/termButton.ts';
import {numberText} from '../numberText.ts';
import {markedBest} from './scoreTableView.ts';

/** The candidates of a search of which images were drawn. The search has sorted them: the first was chosen. */
export function confirmedTable(confirmed: readonly ConfirmedCandidate[]): HTMLElement {
  const best = (score: (candidate: ConfirmedCandidate) => number) => Math.min(...confirmed.map(score));
  const [loss, kid, frechet] = [best((each) => each.loss), best((each) => each.kid.mean), best((each) => each.frechet)];
  const rows = confirmed.map((each, i) => [
    `${each.weights.map(numberText).join(', ')}${i === 0 ? ' (chosen)' : ''}`,
    markedBest(measuredText(each.loss), each.loss === loss),
    markedBest(measuredText(each.kid.mean, each.kid.standardError), each.kid.mean === kid),
    markedBest(measuredText(each.frechet), each.frechet === frechet),
  ]);
  const caption = 'Images of the best candidates of the search against the validation images, nearest first';
  return table(caption, ['Weights', 'Validation loss', withTerm('KID'), withTerm('Fréchet distance')], rows);
}
