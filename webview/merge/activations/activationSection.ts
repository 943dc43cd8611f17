import type {Panel} from '../../panel.ts';
import {MeasuredSection} from '../measuredSection.ts';
import {ActivationView} from './activationView.ts';

/** How the finetunes of a run that were measured change the feature maps of their base; only for a run with experts. */
export function activationSection(panel: Panel): MeasuredSection<'activation-change'> {
  const texts = {
    heading: 'Activation change',
    about:
      'What finetuning changes of the feature maps after each block, on the same noisy images: the mean of each channel, and the mean at each pixel. The paper’s reason for channel-wise projections is that channels change more.',
    action: 'Measure activation change',
    cost: 'Expert 0 and the base at 8 timesteps of its range, each on 64 validation images; continues after an interruption',
    busy: 'Measuring feature maps …',
    none: 'The activation change of this run is not measured yet. The button measures that of expert 0; the command DeMe: Measure... has the other models.',
    stale: 'Models have changed since this measurement. Measure again.',
    failed: 'Could not measure the activation change',
    unread: 'Could not read the activation change',
  };
  const view = new ActivationView(panel);
  return new MeasuredSection(panel, 'activation-change', texts, view, ({ranges}) => ranges.length > 0);
}
