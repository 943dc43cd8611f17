import type {Panel} from '../../panel.ts';
import {MeasuredSection} from '../measuredSection.ts';
import {BoundView} from './boundView.ts';

/** How much a merge of the run's experts could gain by weights for each expert and tensor. */
export function boundSection(panel: Panel): MeasuredSection<'merge-bound'> {
  const texts = {
    heading: 'Merge bound',
    about:
      'The least held-out loss that a merge reaches with a weight for each expert and tensor, found by gradient descent from the weights of the run: about the most that finer weights can gain.',
    action: 'Measure merge bound',
    cost: '50 steps, each with the gradient over 128 validation images in every range; continues after an interruption',
    busy: 'Descending …',
    none: 'The merge bound of this run is not measured yet.',
    stale: 'Models have changed since this measurement. Measure again.',
    failed: 'Could not measure the merge bound',
    unread: 'Could not read the merge bound',
  };
  return new MeasuredSection(panel, 'merge-bound', texts, new BoundView(panel), ({ranges}) => ranges.length > 0);
}
