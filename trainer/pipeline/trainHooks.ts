import type {TrainingConfig} from '../contract/training.ts';
import type {TrainHooks} from '../train/loop.ts';
import type {StageContext} from './stageContext.ts';
import {trainingGrids, type DrawnModel} from './trainingGrids.ts';

/** What a training stage tells, asks and draws on its way. */
export function trainHooks(context: StageContext, config: TrainingConfig, model: DrawnModel): TrainHooks {
  const {emit, nextAction, outbox} = context;
  return {emit, nextAction, outbox, ...trainingGrids(context, config.samples, model)};
}
