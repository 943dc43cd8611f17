import type {EvaluateConfig} from '../../contract/config/evaluateConfig.ts';
import type {RunModel} from '../../contract/run/runModel.ts';
import type {ImageSource} from '../../data/dataset.ts';
import type {TimestepRange} from '../../deme/timesteps.ts';
import type {Components} from '../../models/components.ts';
import {Predictor} from '../../models/predictor.ts';
import type {Pretrained} from '../../models/pretrained.ts';
import {ensemblePredict, modelPredict, type Predict} from '../../sample/predict.ts';
import type {SampleImagesRequest} from '../../sample/sampleImages.ts';
import {loadBase, loadBaseComponents, loadExperts, loadModelParams} from '../runModels.ts';
import {runPrompts} from '../stages/data/runPrompts.ts';
import {orStop, type StageContext} from '../stages/stageContext.ts';

/** A model of a run that images are drawn from: a network, or the experts of the ensemble. */
export interface DrawnModel {
  readonly base: Pretrained;
  readonly components: Components;
  readonly predictors: readonly Predictor[];
  readonly ranges: readonly TimestepRange[];
}

/** Loads a model of a run, and what stands between it and its images. */
export async function loadDrawnModel(context: StageContext, model: RunModel): Promise<DrawnModel> {
  const base = await loadBase(context);
  const ranges = await context.watch.ranges(base.schedule.timesteps);
  const weights =
    model.kind === 'ensemble'
      ? (await loadExperts(context, base)).experts
      : [await loadModelParams(context, base, model)];
  const predictors = weights.map((params) => new Predictor(base.denoiser, params));
  return {base, components: await loadBaseComponents(context, base), predictors, ranges};
}

/** How the images of an evaluation are drawn: the same whichever of them a process draws. */
export async function drawingOf(
  context: StageContext,
  {sampling}: EvaluateConfig,
  {base, components, predictors, ranges}: DrawnModel,
  test: ImageSource,
): Promise<Omit<SampleImagesRequest, 'count'>> {
  const answers = predictors.map((predictor) => modelPredict(predictor));
  return {
    ...sampling,
    predict: answers.length > 1 ? ensemblePredict(answers, ranges) : (answers[0] as Predict),
    schedule: base.schedule,
    space: components.spaceOf(components.imageShape ?? test.shape),
    text: await runPrompts(context, components, test, sampling),
    beforeBatch: () => orStop(context),
  };
}
