import type {RunView} from '../../../trainer/contract/panel/panelViews.ts';
import {stageTitle} from '../../../trainer/contract/overview/stageTitle.ts';
import {modelName} from '../../../trainer/contract/run/runModel.ts';
import {modelMadeBy, parseStage} from '../../../trainer/contract/run/stage.ts';
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
    cost: 'Model and base at 8 timesteps, each on 64 validation images; continues after an interruption',
    busy: 'Measuring feature maps …',
    none: 'The activation change of this run is not measured yet.',
    stale: 'Models have changed since this measurement. Measure again.',
    failed: 'Could not measure the activation change',
    unread: 'Could not read the activation change',
  };
  const choice = {
    label: 'Compare with the base',
    choices: (run: RunView) => finetunesOf(run).map((name) => ({value: name, label: stageTitle(name, run.ranges)})),
    requestOf: (model: string) => ({model}),
  };
  const view = new ActivationView(panel);
  return new MeasuredSection(panel, 'activation-change', texts, view, ({ranges}) => ranges.length > 0, choice);
}

/** The experts of a run, which may be given, and the other models that its stages make of the base. */
function finetunesOf({ranges, stages}: RunView): string[] {
  const experts = ranges.map((_, index) => modelName({kind: 'expert', index}));
  const made = stages.flatMap(({name}) => {
    const stage = parseStage(name);
    const model = stage && modelMadeBy(stage);
    return model === null || model.kind === 'base' ? [] : [modelName(model)];
  });
  return [...new Set([...experts, ...made])];
}
