import type {DecoupleConfig} from '../../contract/config/config.ts';
import {expertCount} from '../../contract/config/config.ts';
import type {ModelRecord} from '../../contract/run/records.ts';
import {modelName, type RunModel} from '../../contract/run/runModel.ts';
import type {TrainingConfig} from '../../contract/config/training.ts';
import {equalRanges} from '../../deme/timesteps.ts';
import {architectureOf} from '../../models/architectures.ts';
import {loadPretrained, savePretrained, type Pretrained} from '../../models/pretrained.ts';
import {disposeParams} from '../../nn/params.ts';
import {addIdentityProjections} from '../../nn/projections.ts';
import {scheduleHash} from '../../models/scheduleHash.ts';
import {train} from '../../train/loop.ts';
import type {TrainTask} from '../../train/trainTask.ts';
import {trainHooks} from './trainHooks.ts';
import {requireBase, runPaths} from '../../store/run/runPaths.ts';
import {runRanges} from '../runRanges.ts';
import {warn, type StageContext, type StageOutcome} from './stageContext.ts';
import {openStageData} from './stageData.ts';

/** Finetunes expert `index` on its own range with the three techniques of the paper. */
export async function expertStage(context: StageContext, index: number): Promise<StageOutcome> {
  const decouple = requireDecouple(context);
  return finetune(context, {kind: 'expert', index}, async (base) => {
    const range = (await runRanges(context.run, context.resolved, base.schedule.timesteps))[index];
    if (range === undefined) throw new Error(`there is no range ${index}`);
    return {
      config: decouple,
      consistency: decouple.consistency,
      projection: decouple.projection,
      range,
      probability: decouple.probability,
      record: {role: 'expert', range: [range[0], range[1]]},
    };
  });
}

/**
 * The fair comparison: one ordinary finetune of the same base on all timesteps, with the updates of all experts together and the
 * same batch, learning rate, clipping and EMA, without teacher and projections.
 */
export async function ordinaryStage(context: StageContext): Promise<StageOutcome> {
  const decouple = requireDecouple(context);
  return finetune(context, {kind: 'ordinary'}, (base) => ({
    config: {...decouple, updates: decouple.updates * expertCount(decouple)},
    consistency: 0,
    projection: 'off',
    range: [0, base.schedule.timesteps],
    probability: 0,
    record: {role: 'ordinary'},
  }));
}

interface Finetune extends Pick<TrainTask, 'range' | 'probability'> {
  config: TrainingConfig;
  consistency: number;
  projection: DecoupleConfig['projection'];
  record: Pick<ModelRecord, 'role' | 'range'>;
}

async function finetune(
  context: StageContext,
  model: RunModel,
  plan: (base: Pretrained) => Finetune | Promise<Finetune>,
): Promise<StageOutcome> {
  const {run, resolved, stage} = context;
  const base = await loadPretrained(requireBase(resolved));
  base.warnings.forEach(warn(context));
  const {unetConfig, pipeline} = base.folder;
  const {config, consistency, projection, range, probability, record} = await plan(base);
  const data = resolved.config.data;
  if (data === undefined) throw new Error('a training stage needs data');
  const {train: images, validation} = await openStageData(context);
  const space = base.spaceOf(images.shape);
  const task: TrainTask = {
    stage,
    config,
    setting: {
      denoiser: base.denoiser,
      schedule: base.schedule,
      teacher: consistency > 0 ? base.params : null,
      consistency,
      weighting: config.lossWeighting,
    },
    initial: addIdentityProjections(base.params, architectureOf(unetConfig).projectionSites, projection),
    range,
    probability,
    images,
    space,
    flip: data.flip,
    randomCrop: 'crop' in data && data.crop === 'random',
    checkpoints: runPaths.checkpoints(run, stage),
  };
  const ranges = record.range ? [range] : equalRanges(4, base.schedule.timesteps);
  const hooks = await trainHooks(context, config, {...base, space, validation, ranges});
  const params = await train(task, hooks);
  if (params === null) return 'stopped';
  await savePretrained(runPaths.model(run, modelName(model)), {
    unetConfig,
    schedulerConfig: base.schedule.config,
    pipeline,
    params,
    dtype: 'F32',
    record: {
      format: 1,
      ...record,
      base: base.weightsHash,
      projection,
      predictionType: base.schedule.settings.prediction_type,
      schedule: scheduleHash(base.schedule),
      updates: config.updates,
      seed: config.seed,
    },
  });
  disposeParams(params);
  return 'done';
}

function requireDecouple(context: StageContext): DecoupleConfig {
  const {decouple} = context.resolved.config;
  if (decouple === undefined) throw new Error(`${context.stage} needs a decouple section`);
  return decouple;
}
