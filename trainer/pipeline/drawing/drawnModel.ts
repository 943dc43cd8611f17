import type {EvaluateConfig} from '../../contract/config/evaluateConfig.ts';
import type {RunModel} from '../../contract/run/runModel.ts';
import type {ImageSource} from '../../data/dataset.ts';
import type {TimestepRange} from '../../deme/timesteps.ts';
import {drawingParts, type Components} from '../../models/components.ts';
import {Predictor} from '../../models/predictor.ts';
import type {OpenModel} from '../../models/pretrained.ts';
import {disposeParams} from '../../nn/params.ts';
import {ensemblePredict, modelPredict, type Predict} from '../../sample/predict.ts';
import type {SampleImagesRequest} from '../../sample/sampleImages.ts';
import {loadExpertParams, loadModelParams, openBase, openBaseComponents} from '../runModels.ts';
import {runPrompts} from '../stages/data/runPrompts.ts';
import {orStop, type StageContext} from '../stages/stageContext.ts';

/** A model of a run that images are drawn from: a network, or the experts of the ensemble. */
export interface DrawnModel {
  readonly base: OpenModel;
  readonly components: Components;
  readonly predictors: readonly Predictor[];
  readonly ranges: readonly TimestepRange[];
}

/** Loads a model of a run, opens what stands between it and its images, passes them to `work`, and frees them. */
export async function withDrawnModel<T>(
  context: StageContext,
  model: RunModel,
  work: (drawn: DrawnModel) => Promise<T>,
): Promise<T> {
  const base = await openBase(context);
  const ranges = await context.watch.ranges(base.schedule.timesteps);
  const components = await openBaseComponents(context, base);
  const weights =
    model.kind === 'ensemble' ? await loadExpertParams(context, base) : [await loadModelParams(context, base, model)];
  const predictors = weights.map((params) => new Predictor(base.denoiser, params));
  try {
    return await work({base, components, predictors, ranges});
  } finally {
    predictors.forEach((predictor) => predictor.dispose());
    weights.forEach(disposeParams);
    components.unload();
  }
}

/** How the images of an evaluation are drawn: the same whichever of them a process draws. No image is encoded after it. */
export async function drawingOf(
  context: StageContext,
  {sampling}: EvaluateConfig,
  {base, components, predictors, ranges}: DrawnModel,
  test: ImageSource,
): Promise<Omit<SampleImagesRequest, 'count'>> {
  components.unload(['encoder']);
  await components.load(drawingParts);
  const answers = predictors.map((predictor) => modelPredict(predictor, sampling.precision));
  return {
    ...sampling,
    predict: answers.length > 1 ? ensemblePredict(answers, ranges) : (answers[0] as Predict),
    schedule: base.schedule,
    space: components.spaceOf(components.imageShape ?? test.shape),
    text: await runPrompts(context, components, test, sampling),
    beforeBatch: () => orStop(context),
  };
}
