import type {TimestepRange} from '../../deme/timesteps.ts';
import {heldOutDraws, heldOutLosses} from '../../evaluate/heldOut.ts';
import {heldOutImages} from '../../evaluate/heldOutImages.ts';
import type {Params} from '../../nn/params.ts';
import type {TrainHooks} from '../../train/trainTask.ts';
import {openNetworkData} from './data/networkData.ts';
import type {StageContext} from './stageContext.ts';
import type {DrawnModel} from './trainingGrids.ts';

/** What a training is measured with on its way. */
export interface HeldOutProbe extends DrawnModel {
  /** Updates between two measurements; 0: none. */
  readonly every: number;
  readonly ranges: readonly TimestepRange[];
  readonly seed: number;
}

const maxImages = 256;
const timestepsPerRange = 4;

/** The hook by which a training measures its held-out loss, always with the same images, timesteps and noise; none where none is wanted. */
export async function heldOutProbe(
  context: StageContext,
  {every, validation, ranges, seed, denoiser, schedule, components}: HeldOutProbe,
): Promise<Pick<TrainHooks, 'probe'>> {
  const {stage, emit} = context;
  if (every === 0) return {};
  const imageCount = Math.min(validation.size, maxImages);
  const draws = heldOutDraws({imageCount, timestepsPerRange, ranges, seed});
  const need = {what: 'validation images', images: imageCount, forTraining: false};
  const images = await heldOutImages(await openNetworkData(context, components, validation, need), imageCount, seed);

  const measure = async (params: Params, update: number) => {
    const {values} = await heldOutLosses({denoiser, params, schedule, draws, ...images});
    const loss = values.reduce((sum, value) => sum + value, 0) / values.length;
    emit({type: 'heldOut', stage, update, loss});
    return loss;
  };
  return {probe: {every, measure}};
}
