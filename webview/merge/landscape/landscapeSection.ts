import type {Panel} from '../../panel.ts';
import {MeasuredSection} from '../measuredSection.ts';
import {LandscapeView} from './landscapeView.ts';

/** The loss around the base of a run, and around other models of the run that were measured. */
export function landscapeSection(panel: Panel): MeasuredSection<'loss-landscape'> {
  const texts = {
    heading: 'Loss landscape',
    about:
      'Held-out loss at a model’s weights (square) and around them, for all timesteps and for each range. Contours lie at the same differences in all pictures: the more of them a picture has, the more steeply its loss rises.',
    action: 'Measure loss landscape',
    cost: 'The loss at 121 points around the base, each on 64 validation images; continues after an interruption',
    busy: 'Measuring losses …',
    none: 'The loss landscape of this run is not measured yet.',
    stale: 'Models have changed since this measurement. Measure again.',
    failed: 'Could not measure the loss landscape',
    unread: 'Could not read the loss landscape',
  };
  return new MeasuredSection(panel, 'loss-landscape', texts, new LandscapeView(panel), () => true);
}
