import type {Precision} from '../../contract/config/precision.ts';
import type {TrainingConfig} from '../../contract/config/training.ts';
import type {ModelRecord} from '../../contract/run/records.ts';
import {modelName, type RunModel} from '../../contract/run/runModel.ts';
import type {TimestepRange} from '../../deme/timesteps.ts';
import type {Components} from '../../models/components.ts';
import type {Model} from '../../models/model.ts';
import {savePretrained, type SavedModel} from '../../models/pretrained.ts';
import {scheduleHash} from '../../models/scheduleHash.ts';
import {disposeParams, type Params} from '../../nn/params.ts';
import {runPaths} from '../../store/run/runPaths.ts';
import {train} from '../../train/loop.ts';
import type {TrainHooks, TrainTask} from '../../train/trainTask.ts';
import {heldOutProbe, type HeldOutProbe} from './heldOutProbe.ts';
import {keepsEncoded, openNetworkData, type NetworkData} from './data/networkData.ts';
import type {WriteSnapshot} from './expertSnapshots.ts';
import {note, type StageContext, type StageOutcome, warn} from './stageContext.ts';
import {trainingGrids} from './trainingGrids.ts';

/** One training of a run: what it starts from, what it draws, and as what its result is kept. */
export interface ModelTraining extends Pick<TrainTask, 'config' | 'drawsAs' | 'initial' | 'range' | 'probability'> {
  readonly model: RunModel;
  readonly network: Model;
  readonly components: Components;
  /** The frozen original; null: no consistency loss. */
  readonly teacher: Params | null;
  /** Weight of the consistency loss. */
  readonly consistency: number;
  /** Number format in which the frozen original predicts; left out: that of the training. */
  readonly teacherPrecision?: Precision;
  /** Ranges of which the held-out loss is measured on the way. */
  readonly heldOutRanges: readonly TimestepRange[];
  readonly saved: Pick<SavedModel, 'unetConfig' | 'pipeline' | 'dtype'>;
  /** The hook that keeps weights on the way, which it is given a writer of; left out: none are kept. */
  readonly snapshots?: (write: WriteSnapshot) => Promise<Pick<TrainHooks, 'snapshots'>>;
  /** What the record of the model says besides how it was trained. */
  readonly record: Pick<ModelRecord, 'role' | 'range' | 'base' | 'projection'>;
}

/** Trains a model of a run on its images, and writes it into the run folder. */
export async function trainModel(context: StageContext, training: ModelTraining): Promise<StageOutcome> {
  const {run, watch, fence} = context;
  const {model, config, network, components} = training;
  const {denoiser, schedule} = network;
  const onSkip = once(warn(context));
  const {train: images, validation} = await watch.openData(onSkip, note(context));
  const need = {what: 'training images', images: images.size, forTraining: true};
  const drawn = await openNetworkData(context, components, images, need);
  const onlyDrawing = keepsEncoded(context.resolved.config.data);
  const watched = {denoiser, schedule, components, onlyDrawing, validation, ranges: training.heldOutRanges};
  const write: WriteSnapshot = (path, params, updates) =>
    saveModel(path, params, training, {role: 'snapshot', updates});
  const hooks = {...(await trainHooks(context, config, watched)), ...(await training.snapshots?.(write))};
  if (watched.onlyDrawing) components.unload();
  const params = await train({...taskOf(context, training, drawn), onSkip}, hooks);
  if (params === null) return 'stopped';
  await watch.check();
  await fence?.();
  await saveModel(runPaths.model(run, modelName(model)), params, training, {updates: config.updates});
  disposeParams(params);
  return 'done';
}

/** Writes weights that a training has made; `made` is what the record says of these. */
async function saveModel(
  path: string,
  params: Params,
  {network: {schedule}, config, saved, record}: ModelTraining,
  made: Partial<ModelRecord> & Pick<ModelRecord, 'updates'>,
): Promise<void> {
  await savePretrained(path, {
    ...saved,
    schedulerConfig: schedule.config,
    params,
    record: {
      format: 1,
      ...record,
      predictionType: schedule.settings.prediction_type,
      schedule: scheduleHash(schedule),
      seed: config.seed,
      ...(config.precision && config.precision !== 'f32' && {precision: config.precision}),
      ...made,
    },
  });
}

function taskOf(
  {run, stage, resolved}: StageContext,
  {config, drawsAs, network, teacher, consistency, teacherPrecision, initial, range, probability}: ModelTraining,
  {images, texts, space, order}: NetworkData,
): TrainTask {
  const {data} = resolved.config;
  const {denoiser, schedule} = network;
  return {
    stage,
    drawsAs,
    config,
    setting: {denoiser, schedule, teacher, consistency, teacherPrecision, weighting: config.lossWeighting},
    initial,
    range,
    probability,
    images,
    texts,
    ...(order && {order}),
    space,
    flip: data?.flip ?? false,
    randomCrop: data !== undefined && 'crop' in data && data.crop === 'random',
    checkpoints: runPaths.checkpoints(run, stage),
  };
}

/** What a training reports, asks, measures and draws on its way. Nothing is kept of updates that images have changed during. */
async function trainHooks(
  context: StageContext,
  config: TrainingConfig,
  model: Omit<HeldOutProbe, 'every' | 'seed'>,
): Promise<TrainHooks> {
  const {emit, nextAction, outbox, watch, fence} = context;
  const probe = await heldOutProbe(context, {...model, every: config.heldOutEvery, seed: config.seed});
  const beforeSave = async () => {
    await fence?.();
    await watch.check();
  };
  return {emit, nextAction, outbox, beforeSave, ...probe, ...trainingGrids(context, config.samples, model)};
}

/** Says each sentence once, whichever thread has met what it is about. */
function once(say: (message: string) => void): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (!said.has(message)) say(message);
    said.add(message);
  };
}
