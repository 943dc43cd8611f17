import type {Panel} from '../../panel.ts';
import {MeasuredSection} from '../measuredSection.ts';
import {ConflictView} from './conflictView.ts';

/** The gradient conflict of a run's base, and of other models of the run that were measured. */
export function conflictSection(panel: Panel): MeasuredSection<'gradient-conflict'> {
  const texts = {
    heading: 'Gradient conflict',
    about:
      'Cosine of the gradients of the denoising loss at each two timesteps, on the same images and noise: below 0, what helps at one timestep harms at the other.',
    action: 'Measure gradient conflict',
    cost: 'Gradients at 100 timesteps, each on 128 training images; continues after an interruption',
    busy: 'Measuring gradients …',
    none: 'The gradient conflict of this run is not measured yet.',
    stale: 'Models have changed since this measurement. Measure again.',
    failed: 'Could not measure the gradient conflict',
    unread: 'Could not read the gradient conflict',
  };
  return new MeasuredSection(panel, 'gradient-conflict', texts, new ConflictView(panel), () => true);
}
