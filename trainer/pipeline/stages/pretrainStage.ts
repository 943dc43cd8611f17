import {completeScheduler} from '../../contract/model/schedulerSettings.ts';
import {equalRanges} from '../../deme/timesteps.ts';
import {pixelComponents} from '../../models/components.ts';
import {initialiseParams} from '../../models/initialise.ts';
import {createModel} from '../../models/model.ts';
import {disposeParams} from '../../nn/params.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {makeText} from './data/newText.ts';
import type {StageContext, StageOutcome} from './stageContext.ts';
import {trainModel} from './trainModel.ts';

/** Trains a base from random weights: the loop of the experts with one range and no teacher. */
export async function pretrainStage(context: StageContext): Promise<StageOutcome> {
  const {pretrain: config} = context.resolved.config;
  if (config === undefined) throw new Error('pretraining needs a pretrain section');
  const {model: unetConfig, scheduler, dtype} = config;
  const network = createModel({unetConfig, schedulerConfig: completeScheduler(scheduler)});
  const {timesteps} = network.schedule;
  const text = await makeText(config, runPaths.components(context.run));
  const initial = initialiseParams(unetConfig, config.seed);
  const outcome = await trainModel(context, {
    model: {kind: 'base'},
    config,
    network,
    components: pixelComponents(unetConfig, text?.conditioner),
    teacher: null,
    consistency: 0,
    initial,
    range: [0, timesteps],
    probability: 0,
    heldOutRanges: equalRanges(4, timesteps),
    saved: {unetConfig, dtype, pipeline: text?.pipeline},
    record: {role: 'base', projection: 'off'},
  });
  disposeParams(initial);
  text?.conditioner.unload();
  return outcome;
}
