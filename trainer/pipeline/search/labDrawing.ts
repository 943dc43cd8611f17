import type {SamplingConfig} from '../../contract/config/evaluateConfig.ts';
import {modelPredict} from '../../sample/predict.ts';
import type {SampleImagesRequest} from '../../sample/sampleImages.ts';
import type {MergeLab} from './mergeLab.ts';

/** How images of merges are drawn: those of the weights that the predictor of the lab has at the time. */
export async function labDrawing(
  {predictor, model, components, data, prompts}: MergeLab,
  sampling: SamplingConfig,
): Promise<Omit<SampleImagesRequest, 'count'>> {
  return {
    ...sampling,
    predict: modelPredict(predictor, sampling.precision),
    text: await prompts(sampling),
    schedule: model.schedule,
    space: components.spaceOf(components.imageShape ?? data.validation.shape),
  };
}
