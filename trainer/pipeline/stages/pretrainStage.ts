import {modelName} from '../../contract/run/runModel.ts';
import {completeScheduler} from '../../contract/model/schedulerSettings.ts';
import {equalRanges} from '../../deme/timesteps.ts';
import {initialiseParams} from '../../models/initialise.ts';
import {createModel} from '../../models/model.ts';
import {savePretrained} from '../../models/pretrained.ts';
import {scheduleHash} from '../../models/scheduleHash.ts';
import {disposeParams} from '../../nn/params.ts';
import {train} from '../../train/loop.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {trainHooks} from './trainHooks.ts';
import type {StageContext, StageOutcome} from './stageContext.ts';
import {openStageData} from './stageData.ts';

/** Trains a base from random weights: the loop of the experts with one range and no teacher. */
export async function pretrainStage(context: StageContext): Promise<StageOutcome> {
  const {run, resolved, stage} = context;
  const {pretrain: config, data} = resolved.config;
  if (config === undefined || data === undefined) throw new Error('pretraining needs a pretrain and a data section');
  const {train: images, validation} = await openStageData(context);
  const {denoiser, schedule, spaceOf} = createModel({
    unetConfig: config.model,
    schedulerConfig: completeScheduler(config.scheduler),
  });
  const space = spaceOf(images.shape);
  const ranges = equalRanges(4, schedule.timesteps);
  const hooks = await trainHooks(context, config, {denoiser, schedule, space, validation, ranges});
  const initial = initialiseParams(config.model, config.seed);
  const setting = {denoiser, schedule, teacher: null, consistency: 0, weighting: config.lossWeighting};
  const params = await train(
    {
      stage,
      config,
      setting,
      initial,
      range: [0, schedule.timesteps],
      probability: 0,
      images,
      space,
      flip: data.flip,
      randomCrop: 'crop' in data && data.crop === 'random',
      checkpoints: runPaths.checkpoints(run, stage),
    },
    hooks,
  );
  disposeParams(initial);
  if (params === null) return 'stopped';
  await savePretrained(runPaths.model(run, modelName({kind: 'base'})), {
    unetConfig: config.model,
    schedulerConfig: schedule.config,
    params,
    dtype: config.dtype,
    record: {
      format: 1,
      role: 'base',
      projection: 'off',
      predictionType: schedule.settings.prediction_type,
      schedule: scheduleHash(schedule),
      updates: config.updates,
      seed: config.seed,
    },
  });
  disposeParams(params);
  return 'done';
}
