import type {TrainingConfig} from '../../contract/config/training.ts';
import type {TrainHooks} from '../../train/trainTask.ts';
import {heldOutProbe, type HeldOutProbe} from './heldOutProbe.ts';
import type {StageContext} from './stageContext.ts';
import {trainingGrids} from './trainingGrids.ts';

/** The model of a training, and what it is measured on. */
export type WatchedModel = Omit<HeldOutProbe, 'every' | 'seed'>;

/** What a training stage tells, asks, measures and draws on its way. */
export async function trainHooks(
  context: StageContext,
  config: TrainingConfig,
  model: WatchedModel,
): Promise<TrainHooks> {
  const {emit, nextAction, outbox} = context;
  const probe = await heldOutProbe(context, {...model, every: config.heldOutEvery, seed: config.seed});
  return {emit, nextAction, outbox, ...probe, ...trainingGrids(context, config.samples, model)};
}
